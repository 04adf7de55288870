package io.github.gss4j.study;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.gss4j.checkpoint.ConfigFile;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.data.TokenStore;
import io.github.gss4j.files.AtomicFile;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.run.files.RunDirectory;
import io.github.gss4j.torch.TorchModel;
import io.github.gss4j.weights.PretrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Trains models of equal size on equal terms, one after the other, and measures them alike: a small
 * sweep finds each one's learning rate, then every seed is trained and evaluated by position.
 *
 * <p>Each run has a directory under {@code runs}; what is finished there is not made again, so a
 * study that was stopped continues where it was.
 */
public final class Study {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private final StudyConfig config;
  private final TrainConfig byDefault;
  private final Path directory;
  private final Launcher launcher;
  private int number; // of the run at hand, from 1

  /**
   * The result of one model on one corpus at one length.
   *
   * @param data the corpus
   * @param seqLen the length of training
   * @param model its name
   * @param parameters how many it has
   * @param lr the learning rate that the sweep chose
   * @param runs one a seed
   * @param positions loss by position of each run
   */
  public record Finding(
      String data,
      int seqLen,
      String model,
      long parameters,
      double lr,
      List<StudyRun> runs,
      List<List<LossByPosition>> positions) {}

  /**
   * A new study, or one to resume.
   *
   * @param byDefault what holds for trainings where the study says nothing
   * @param directory of the study
   */
  public Study(StudyConfig config, TrainConfig byDefault, Path directory, Launcher launcher) {
    this.config = config;
    this.byDefault = byDefault;
    this.directory = directory;
    this.launcher = launcher;
    for (String data : config.data()) {
      config.seqLens().forEach(seqLen -> config.choices(data, seqLen, byDefault));
    }
  }

  /**
   * Makes what is not made yet, and rewrites the report after every run.
   *
   * @param progress is told what comes next
   * @param stop asked before every run
   * @return what was found; less than all of it where it was stopped
   */
  public List<Finding> run(Consumer<String> progress, BooleanSupplier stop) throws IOException {
    StudyDirectory.check(directory);
    List<Finding> findings = new ArrayList<>();
    number = 0;
    for (Subject subject : subjects()) {
      if (!measure(subject, findings, progress, stop)) {
        break;
      }
    }
    return findings;
  }

  /** One model on one corpus at one length. */
  private record Subject(
      String name, String data, int seqLen, String model, TrainConfig settings, long parameters) {
    Finding finding(double lr) {
      return new Finding(data, seqLen, model, parameters, lr, new ArrayList<>(), new ArrayList<>());
    }
  }

  private List<Subject> subjects() {
    List<Subject> subjects = new ArrayList<>();
    for (String data : config.data()) {
      for (int seqLen : config.seqLens()) {
        ModelChoices choices = config.choices(data, seqLen, byDefault);
        choices
            .settings()
            .forEach(
                (model, settings) -> {
                  String name = config.data().indexOf(data) + "-" + seqLen + "-" + model;
                  long parameters = choices.parameters().get(model);
                  subjects.add(new Subject(name, data, seqLen, model, settings, parameters));
                });
      }
    }
    return subjects;
  }

  /**
   * Chooses the learning rate, then trains and evaluates every seed.
   *
   * @param findings gets what was found
   * @return false where it was stopped
   */
  private boolean measure(
      Subject subject, List<Finding> findings, Consumer<String> progress, BooleanSupplier stop)
      throws IOException {
    Optional<StudyRun> best = sweep(subject, progress, stop);
    if (best.isEmpty()) {
      return false;
    }
    Finding finding = subject.finding(best.get().config().optimizer().lr());
    for (long seed : config.seeds()) {
      TrainConfig settings = last(best.get(), seed);
      Path home = home(subject.name() + "-seed" + seed);
      Optional<StudyRun> run = train(settings, home, progress, stop);
      if (run.isEmpty()) {
        return false;
      }
      if (finding.runs().isEmpty()) {
        findings.add(finding);
      }
      finding.runs().add(run.get());
      finding.positions().add(positions(settings, home, progress));
      new StudyReport(config, findings).write(directory);
    }
    return true;
  }

  private int total() {
    int corpora = config.data().size() * config.seqLens().size();
    return corpora * config.models().size() * (config.rates().size() + config.seeds().size());
  }

  private Path home(String name) {
    return directory.resolve("runs").resolve(name);
  }

  /** The run of the learning rate whose held-out loss is least. */
  private Optional<StudyRun> sweep(Subject subject, Consumer<String> progress, BooleanSupplier stop)
      throws IOException {
    List<StudyRun> tried = new ArrayList<>();
    for (double lr : config.rates()) {
      long steps = config.sweepSteps();
      TrainConfig settings = with(subject.settings(), lr, config.seeds().get(0), steps);
      Optional<StudyRun> run = train(settings, home(subject.name() + "-lr" + lr), progress, stop);
      if (run.isEmpty()) {
        return run;
      }
      tried.add(run.get());
    }
    return tried.stream().min(Comparator.comparingDouble(StudyRun::loss));
  }

  private TrainConfig last(StudyRun best, long seed) {
    TrainConfig model = best.config();
    long steps = config.budget().steps(model, best.tokensPerSecond());
    return with(model, model.optimizer().lr(), seed, steps);
  }

  /** The warm-up takes a tenth of a run at most. */
  private static TrainConfig with(TrainConfig model, double lr, long seed, long steps) {
    long warmup = Math.min(model.schedule().warmup(), steps / 10);
    return model
        .withLr(lr)
        .withSeed(seed)
        .with(model.schedule().withSteps(steps).withWarmup(warmup));
  }

  private Optional<StudyRun> train(
      TrainConfig settings, Path home, Consumer<String> progress, BooleanSupplier stop)
      throws IOException {
    number++;
    refuseOthers(settings, home);
    Optional<StudyRun> made = StudyRun.read(settings, home);
    if (made.isPresent() || stop.getAsBoolean()) {
      return made;
    }
    progress.accept(
        String.format(
            Locale.ROOT,
            "run %d of %d  %s: %,d steps",
            number,
            total(),
            home.getFileName(),
            settings.schedule().steps()));
    launcher.train(settings, home);
    return StudyRun.read(settings, home);
  }

  /** A run that was made with other settings tells nothing about these. */
  private static void refuseOthers(TrainConfig settings, Path home) throws IOException {
    Path file = new RunDirectory(home).config();
    if (Files.exists(file)
        && !ConfigFile.read(file)
            .equals(JSON.readTree(JSON.writeValueAsBytes(settings.toJson())))) {
      throw new IllegalArgumentException(
          home
              + ": was made with other settings, expected those of this study: choose another"
              + " --out");
    }
  }

  /** The loss by position of a run's best model; measured once. */
  private List<LossByPosition> positions(TrainConfig settings, Path home, Consumer<String> progress)
      throws IOException {
    Path file = home.resolve("positions.json");
    if (Files.exists(file)) {
      return Arrays.asList(JSON.readValue(file.toFile(), LossByPosition[].class));
    }
    progress.accept(home.getFileName() + ": loss by position");
    Path best = home.resolve(RunDirectory.BEST);
    try (TokenStore text = launcher.heldOut(settings);
        TorchModel model =
            TorchModel.owning(
                PretrainedModel.load(
                    best, Precision.FLOAT32, Tensors.device(settings.compute().device())))) {
      List<LossByPosition> found =
          LossByPosition.of(
              model, text, settings.batch().seqLen(), config.times(), config.positionTokens());
      AtomicFile.write(file, JSON.writeValueAsBytes(found));
      return found;
    }
  }
}
