package io.github.gss4j.cli.train;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.cli.run.RunInputs;
import io.github.gss4j.cli.run.RunOptions;
import io.github.gss4j.cli.run.TorchThreads;
import io.github.gss4j.cli.terminal.DownloadProgress;
import io.github.gss4j.cli.terminal.Interrupt;
import io.github.gss4j.cli.terminal.JsonOutput;
import io.github.gss4j.cli.terminal.Program;
import io.github.gss4j.config.Checks;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.distributed.Distribution;
import io.github.gss4j.distributed.ProcessGroup;
import io.github.gss4j.distributed.ShardingMode;
import io.github.gss4j.run.TrainingRun;
import io.github.gss4j.run.files.RunDirectory;
import io.github.gss4j.run.inputs.RunConfigs;
import io.github.gss4j.run.inputs.RunContext;
import io.github.gss4j.run.listener.RunOutcome;
import io.github.gss4j.tracking.MetricLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code gss train}. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Trains a language model, or resumes a run that was stopped.")
public final class TrainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @ParentCommand private Program gss;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "settings as JSON; flags win over it")
  private Path configFile;

  @Option(
      names = "--recipe",
      paramLabel = "recommended|published",
      description =
          "what holds where nothing is said: slow modes, a short convolution, states passed on and"
              + " Muon, or the published package's start and AdamW (default: recommended; with"
              + " --config or --start-from published)")
  private String recipe;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "the run's directory (default: runs/train)")
  private Path out;

  @Option(names = "--resume", paramLabel = "DIR", description = "resume the run in this directory")
  private Path resume;

  @Option(names = "--json", description = "print the outcome as one JSON object")
  private boolean json;

  @Mixin private final TorchThreads threads = new TorchThreads();

  @Mixin private final TrackingOptions tracking = new TrackingOptions();

  @Option(
      names = "--shard",
      paramLabel = "KIND",
      defaultValue = "none",
      description = "what is sharded over the ranks: none (default), optimizer or full")
  private String shard;

  @Mixin private final RankOptions ranks = new RankOptions();

  @Mixin(name = "run")
  private final RunOptions run = new RunOptions(TrainConfig.recommended());

  @Override
  public Integer call() throws IOException {
    if (resume != null && (configFile != null || out != null || recipe != null)) {
      throw new ParameterException(
          spec.commandLine(),
          "--resume takes config and directory from the run: leave out --config, --recipe and"
              + " --out");
    }
    threads.apply();
    RunDirectory directory =
        new RunDirectory(resume != null ? resume : out == null ? Path.of("runs/train") : out);
    ObjectNode settings = settings(directory);
    return ranks.together(
        settings, ShardingMode.parse(shard), group -> train(settings, directory, group));
  }

  private int train(ObjectNode settings, RunDirectory directory, Distribution ranks)
      throws IOException {
    try (DownloadProgress downloads = new DownloadProgress(spec.commandLine().getErr())) {
      RunContext context = RunInputs.context().withDownloads(downloads).withDistribution(ranks);
      return train(config(settings, directory, context), directory.path(), context);
    }
  }

  private TrainConfig config(ObjectNode settings, RunDirectory directory, RunContext context) {
    String where = where(directory);
    return resume == null
        ? RunConfigs.begin(settings, where, byDefault(settings), context)
        : RunConfigs.resume(settings, where, TrainConfig.defaults(), context, resume);
  }

  /** What holds in a new run where nothing is said. */
  private TrainConfig byDefault(ObjectNode settings) {
    boolean fresh = configFile == null && settings.path("start_from").asText("").isEmpty();
    return Checks.oneOf(
        "--recipe",
        recipe != null ? recipe : fresh ? "recommended" : "published",
        Map.of("recommended", TrainConfig.recommended(), "published", TrainConfig.defaults()));
  }

  private int train(TrainConfig config, Path path, RunContext context) throws IOException {
    ProcessGroup group = context.distribution().group();
    try (Interrupt.Flag interrupt = gss.interrupt().flag();
        RunProgress progress = new RunProgress(spec.commandLine().getErr());
        TrackingOptions.Listeners heard = listeners(progress, path, group);
        TrainingRun run = open(config, path, context.withListener(heard.all()))) {
      RunOutcome outcome = run.run(interrupt);
      progress.close();
      if (group.isFirst()) {
        print(outcome, run.skippedData(), path);
      }
      return Outcomes.exitCode(outcome, spec.commandLine().getErr());
    }
  }

  private TrainingRun open(TrainConfig config, Path path, RunContext context) throws IOException {
    return resume == null
        ? TrainingRun.start(config, path, context)
        : TrainingRun.resume(config, path, context);
  }

  private TrackingOptions.Listeners listeners(RunProgress progress, Path path, ProcessGroup group) {
    return group.isFirst()
        ? tracking.listeners(progress, path)
        : new TrackingOptions.Listeners(progress, List.of());
  }

  private String where(RunDirectory directory) {
    if (resume != null) {
      return directory.config().toString();
    }
    return configFile == null ? "command line" : configFile.toString();
  }

  private ObjectNode settings(RunDirectory directory) throws IOException {
    ObjectNode base = JsonNodeFactory.instance.objectNode();
    if (resume != null) {
      if (!Files.exists(directory.config())) {
        throw new IllegalArgumentException(resume + ": holds no run to resume (no run.json in it)");
      }
      base = RunOptions.read(directory.config());
    } else if (configFile != null) {
      base = RunOptions.read(configFile);
    }
    return run.overlay(base);
  }

  private void print(RunOutcome outcome, Optional<MetricLine.SkippedData> leftOut, Path directory)
      throws IOException {
    var stdout = spec.commandLine().getOut();
    if (json) {
      ObjectNode object = Outcomes.json(outcome, directory);
      leftOut.ifPresent(
          left -> {
            object.put("broken_rows", left.brokenRows());
            object.put("broken_shards", left.brokenShards());
            object.put("left_out_files", left.files());
            object.put("cuts", left.cuts());
          });
      JsonOutput.print(stdout, object);
      stdout.flush();
      return;
    }
    leftOut
        .filter(left -> left.brokenRows() + left.brokenShards() > 0)
        .ifPresent(
            left ->
                stdout.printf(
                    Locale.ROOT,
                    "left out %,d broken rows and the ends of %,d broken files%n",
                    left.brokenRows(),
                    left.brokenShards()));
    if (outcome.finished()) {
      stdout.printf(
          Locale.ROOT,
          "%d steps, %.4f bits per byte on the held-out text%nmodel    %s%nreport   %s%n",
          outcome.steps(),
          outcome.heldOut().bitsPerByte(),
          directory.resolve(RunDirectory.BEST),
          directory.resolve("report.html"));
    } else {
      stdout.printf(
          "Stopped after step %d and saved. To resume: %s train --resume %s%n",
          outcome.steps(), gss.calledAs(), directory);
    }
    stdout.flush();
  }
}
