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
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.tokenizer.Tokenizers;
import io.github.gss4j.torch.TorchModel;
import io.github.gss4j.weights.PretrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
   * @param measured what else was measured of each run
   */
  public record Finding(
      String data,
      int seqLen,
      String model,
      long parameters,
      double lr,
      List<StudyRun> runs,
      List<Measured> measured) {}

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
   * Makes what is not made yet of a part, and rewrites the report after every run.
   *
   * @param part what to make; the report has all that was made before, too
   * @param progress is told what comes next
   * @param stop asked before every run
   * @return what was found; less than all of it where it was stopped
   */
  public List<Finding> run(StudyPart part, Consumer<String> progress, BooleanSupplier stop)
      throws IOException {
    part.check(config);
    StudyDirectory.check(directory);
    List<Finding> findings = new ArrayList<>();
    number = 0;
    for (Subject subject : subjects()) {
      measure(subject, findings, new Watch(part, progress, stop));
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

  /** Who hears of runs, and who ends them. */
  private record Watch(StudyPart part, Consumer<String> progress, BooleanSupplier stop) {}

  /**
   * Chooses the learning rate, then trains and measures every seed.
   *
   * @param findings gets what was found
   */
  private void measure(Subject subject, List<Finding> findings, Watch watch) throws IOException {
    Optional<TrainConfig> chosen = choose(subject, watch);
    if (chosen.isEmpty()) {
      return;
    }
    Finding finding = subject.finding(chosen.get().optimizer().lr());
    for (long seed : config.seeds()) {
      boolean wanted = watch.part().has(subject.model(), seed);
      TrainConfig settings = chosen.get().withSeed(seed);
      Path home = home(subject.name() + "-seed" + seed);
      Optional<StudyRun> run = train(settings, home, wanted, watch);
      Optional<Measured> measured =
          run.isEmpty() ? Optional.empty() : measured(settings, home, wanted, watch);
      if (measured.isPresent()) {
        if (finding.runs().isEmpty()) {
          findings.add(finding);
        }
        finding.runs().add(run.get());
        finding.measured().add(measured.get());
        new StudyReport(config, findings).write(directory);
      }
    }
  }

  private Path home(String name) {
    return directory.resolve("runs").resolve(name);
  }

  /** The settings with the learning rate whose held-out loss is least, for all of the budget. */
  private Optional<TrainConfig> choose(Subject subject, Watch watch) throws IOException {
    List<Double> rates = config.rates(subject.model());
    if (!config.sweeps(subject.model())) {
      TrainConfig model = subject.settings().withLr(rates.get(0));
      return Optional.of(withSteps(model, config.budget().steps(model, Double.NaN)));
    }
    List<StudyRun> tried = new ArrayList<>();
    for (double lr : rates) {
      TrainConfig model = withSteps(subject.settings().withLr(lr), config.sweepSteps());
      Path home = home(subject.name() + "-lr" + lr);
      boolean wanted = watch.part().has(subject.model());
      Optional<StudyRun> run = train(model.withSeed(config.seeds().get(0)), home, wanted, watch);
      if (run.isEmpty()) {
        return Optional.empty();
      }
      tried.add(run.get());
    }
    StudyRun best = tried.stream().min(Comparator.comparingDouble(StudyRun::loss)).orElseThrow();
    TrainConfig model = subject.settings().withLr(best.config().optimizer().lr());
    return Optional.of(withSteps(model, config.budget().steps(model, best.tokensPerSecond())));
  }

  /** The warm-up takes a tenth of a run at most. */
  private static TrainConfig withSteps(TrainConfig model, long steps) {
    long warmup = Math.min(model.schedule().warmup(), steps / 10);
    return model.with(model.schedule().withSteps(steps).withWarmup(warmup));
  }

  /** A run that is finished: made now where that is wanted. */
  private Optional<StudyRun> train(TrainConfig settings, Path home, boolean wanted, Watch watch)
      throws IOException {
    refuseOthers(settings, home);
    number += wanted ? 1 : 0;
    Optional<StudyRun> made = StudyRun.read(settings, home);
    if (made.isPresent() || !wanted || watch.stop().getAsBoolean()) {
      return made;
    }
    watch
        .progress()
        .accept(
            String.format(
                Locale.ROOT,
                "run %d of %d  %s: %,d steps",
                number,
                config.runs(watch.part()),
                home.getFileName(),
                settings.schedule().steps()));
    launcher.train(settings, home);
    return StudyRun.read(settings, home);
  }

  /** A run that was made with other settings tells nothing about these. */
  private static void refuseOthers(TrainConfig settings, Path home) throws IOException {
    Path file = new RunDirectory(home).config();
    if (Files.exists(file)) {
      StudyDirectory.refuseOthers(home, ConfigFile.read(file), settings);
    }
  }

  /** What else is measured of a run's model at the end; once, where that is wanted. */
  private Optional<Measured> measured(TrainConfig settings, Path home, boolean wanted, Watch watch)
      throws IOException {
    Path file = home.resolve("measured.json");
    Optional<Measured> before =
        Files.exists(file)
            ? Optional.of(JSON.readValue(file.toFile(), Measured.class)).filter(Measured::isWhole)
            : Optional.empty();
    if (before.isPresent()) {
      return before;
    }
    if (!wanted || watch.stop().getAsBoolean()) {
      return Optional.empty();
    }
    watch.progress().accept(home.getFileName() + ": windows, far repeats, loss by position");
    Path last = home.resolve(RunDirectory.LAST);
    try (TokenStore text = launcher.heldOut(settings);
        Tokenizer tokenizer =
            Tokenizers.forModel(last, settings.model().tokenizer(), settings.model().numTokens());
        TorchModel model =
            TorchModel.owning(
                PretrainedModel.load(
                    last, Precision.FLOAT32, Tensors.device(settings.compute().device())))) {
      Measured found = Measured.of(model, text, tokenizer, settings.batch().seqLen(), config);
      AtomicFile.write(file, JSON.writeValueAsBytes(found));
      return Optional.of(found);
    }
  }
}
