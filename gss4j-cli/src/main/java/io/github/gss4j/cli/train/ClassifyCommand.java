package io.github.gss4j.cli.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.batches.LabelledData;
import io.github.gss4j.cli.run.OptimizerOptions;
import io.github.gss4j.cli.run.RunOptions;
import io.github.gss4j.cli.run.StepOptions;
import io.github.gss4j.cli.run.TorchThreads;
import io.github.gss4j.cli.terminal.CountProgress;
import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.cli.terminal.Interrupt;
import io.github.gss4j.cli.terminal.JsonOutput;
import io.github.gss4j.cli.terminal.Program;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.config.training.ClassifierObjective;
import io.github.gss4j.config.training.ClassifyConfig;
import io.github.gss4j.distributed.Distribution;
import io.github.gss4j.distributed.ShardingMode;
import io.github.gss4j.run.ClassifierRun;
import io.github.gss4j.run.files.RunDirectory;
import io.github.gss4j.run.listener.RunListener;
import io.github.gss4j.study.classifier.Arena;
import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.trainer.StepMetrics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code gss classify}. */
@Command(
    name = "classify",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Trains a classifier on Pathfinder or ListOps and says how often it is right on the test"
            + " part, beside the most frequent class.")
public final class ClassifyCommand implements Callable<Integer> {
  /** What is not a setting of the run. */
  private static final Set<String> OWN =
      Set.of(
          "--config",
          "--out",
          "--resume",
          "--json",
          "--threads",
          "--pretrain",
          "--communicate",
          "--interface",
          "--timeout");

  @Spec private CommandSpec spec;

  @ParentCommand private Program gss;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "model and training as JSON, such as configs/path32.json; flags win over it")
  private Path configFile;

  @Option(names = "--out", paramLabel = "DIR", description = "a new directory")
  private Path out;

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      description = "resumes a run that was stopped or killed; without --config and --out")
  private Path resume;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "of gss pathfinder generate, of gss listops, or of the arena's release; or pathfinder:32,"
              + " images that are drawn on the way")
  String data;

  @Option(
      names = "--pretrain",
      description = "learn what half of the places hold, without labels: for --start-from")
  private boolean pretrain;

  @Option(
      names = "--objective",
      paramLabel = "KIND",
      description = "label (default), masked as --pretrain, or label_and_path")
  String objective;

  @Option(
      names = "--start-from",
      paramLabel = "DIR",
      description = "a classifier whose weights are the first ones, such as of --pretrain")
  String startFrom;

  @Option(
      names = "--init",
      paramLabel = "KIND",
      description = "random or long_range; without the ranges that the file has")
  String init;

  @Option(
      names = "--norm",
      paramLabel = "KIND",
      description =
          "over what layers normalise: layer (each token; default) or batch, by running statistics"
              + " once trained")
  String norm;

  @Option(
      names = "--pooling",
      paramLabel = "KIND",
      description = "how places become one vector: mean, max or last")
  String pooling;

  @Mixin StepOptions steps;

  @Mixin OptimizerOptions optimizer;

  @Option(names = "--json", description = "print the outcome as one JSON object")
  private boolean json;

  @Mixin private final TorchThreads threads = new TorchThreads();

  @Mixin private final RankOptions ranks = new RankOptions();

  @Override
  public Integer call() throws IOException {
    checkPaths();
    threads.apply();
    ObjectNode settings = settings();
    return ranks.together(settings, ShardingMode.NONE, group -> train(settings, group));
  }

  private int train(ObjectNode settings, Distribution ranks) throws IOException {
    String where = (resume == null ? configFile : resume).toString();
    ClassifyConfig config = ClassifyConfig.from(new JsonFields(where, settings));
    try (Interrupt.Flag interrupt = gss.interrupt().flag();
        CountProgress progress =
            new CountProgress(
                spec.commandLine().getErr(), "step", Math.toIntExact(config.steps()))) {
      ClassifierRun.Result result = run(config).run(new Shown(progress), interrupt, ranks);
      progress.close();
      if (ranks.group().isFirst()) {
        print(result, config.steps());
      }
      return ExitCode.OK;
    }
  }

  private ClassifierRun run(ClassifyConfig config) throws IOException {
    LabelledData labelled = Arena.of(config);
    return resume == null
        ? ClassifierRun.start(config, labelled, out)
        : ClassifierRun.resume(config, labelled, resume);
  }

  private void checkPaths() {
    if (resume == null && (configFile == null || out == null)) {
      throw new ParameterException(
          spec.commandLine(), "expected --config FILE and --out DIR, or --resume DIR");
    }
    if (resume != null
        && Stream.of(configFile, out, init, norm, pooling).anyMatch(Objects::nonNull)) {
      throw new ParameterException(
          spec.commandLine(),
          "--resume takes model, config and directory from the run: leave out --config, --out,"
              + " --init, --norm and --pooling");
    }
    if (pretrain && objective != null && !objective.equals(ClassifierObjective.MASKED.toString())) {
      throw new ParameterException(
          spec.commandLine(),
          "--pretrain is --objective masked, and --objective is " + objective + ": leave out one");
    }
  }

  private ObjectNode settings() throws IOException {
    ObjectNode settings = RunOptions.read(resume == null ? configFile : run(resume));
    List<OptionSpec> options =
        spec.options().stream().filter(option -> !OWN.contains(option.longestName())).toList();
    if (init != null) {
      settings.remove(List.of("dt_min", "dt_max", "max_phase", "phase_grid"));
    }
    optimizer.leaveOut(settings);
    RunOptions.given(spec.commandLine().getParseResult(), options, settings);
    if (pretrain) {
      settings.put("objective", ClassifierObjective.MASKED.toString());
    }
    return settings;
  }

  private static Path run(Path directory) {
    Path file = new RunDirectory(directory).config();
    if (!Files.exists(file)) {
      throw new IllegalArgumentException(
          directory + ": holds no run to resume (no run.json in it)");
    }
    return file;
  }

  private void print(ClassifierRun.Result result, long steps) throws IOException {
    PrintWriter stdout = spec.commandLine().getOut();
    Path home = resume == null ? out : resume;
    if (json) {
      JsonOutput.print(stdout, result.toJson().put("run", home.toString()));
    } else if (result.finished()) {
      stdout.printf(
          Locale.ROOT,
          "%,d parameters, %,d steps in %.0f s%ntest accuracy   %.2f %%%nmajority class  %.2f %%%n",
          result.parameters(),
          result.steps(),
          result.seconds(),
          100 * result.test(),
          100 * result.majority());
    } else {
      stdout.printf(
          Locale.ROOT,
          "Stopped after step %,d of %,d. To resume: %s classify --resume %s%n",
          result.steps(),
          steps,
          gss.calledAs(),
          home);
    }
    stdout.flush();
  }

  /** What is shown on the way. */
  private record Shown(CountProgress progress) implements RunListener {
    @Override
    public void stepped(long step, StepMetrics result, double tokensPerSecond) {
      progress.say(
          String.format(Locale.ROOT, "loss %.4f  %,.0f tokens/s", result.loss(), tokensPerSecond));
      progress.accept(Math.toIntExact(step));
    }

    @Override
    public void validated(long step, double accuracy, Optional<MetricLine.StageAccuracy> stage) {
      String easier =
          stage
              .map(s -> String.format(Locale.ROOT, ", %.2f %% of %s", 100 * s.accuracy(), s.name()))
              .orElse("");
      progress.note(
          String.format(
              Locale.ROOT,
              "step %,d: %.2f %% right on the validation part%s",
              step,
              100 * accuracy,
              easier));
    }
  }
}
