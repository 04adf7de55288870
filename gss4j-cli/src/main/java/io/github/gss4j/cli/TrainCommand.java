package io.github.gss4j.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.data.Corpus;
import io.github.gss4j.tokenizer.ByteTokenizer;
import io.github.gss4j.trainer.RunDirectory;
import io.github.gss4j.trainer.RunTeacher;
import io.github.gss4j.trainer.TrainConfig;
import io.github.gss4j.trainer.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
    description = "Trains a language model, or goes on with a run that was stopped.")
final class TrainCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(TrainCommand.class);

  @Spec private CommandSpec spec;

  @ParentCommand private Gss gss;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "settings as JSON; flags win over it")
  private Path configFile;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "the run's directory (default: runs/train)")
  private Path out;

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      description = "go on with the run in this directory")
  private Path resume;

  @Option(names = "--json", description = "print the outcome as one JSON object")
  private boolean json;

  @Mixin(name = "run")
  private final RunOptions run = new RunOptions();

  @Override
  public Integer call() throws IOException {
    if (resume != null && (configFile != null || out != null)) {
      throw new ParameterException(
          spec.commandLine(),
          "--resume takes config and directory from the run: leave out --config and --out");
    }
    RunDirectory directory =
        new RunDirectory(resume != null ? resume : out == null ? Path.of("runs/train") : out);
    TrainConfig config = config(directory);
    try (RunTeacher teacher = Models.teacher(config, spec.commandLine().getErr());
        Corpus corpus = Texts.open(config.data());
        Interrupt.Watch interrupt = gss.interrupt().watch();
        RunProgress progress = new RunProgress(spec.commandLine().getErr());
        TrainingRun run =
            resume == null
                ? TrainingRun.start(
                    config, directory.path(), corpus, new ByteTokenizer(), teacher, progress)
                : TrainingRun.resume(
                    config, directory.path(), corpus, new ByteTokenizer(), teacher, progress)) {
      TrainingRun.Outcome outcome = run.run(interrupt);
      progress.close();
      print(outcome, directory.path());
    }
    return Gss.OK;
  }

  private TrainConfig config(RunDirectory directory) throws IOException {
    ObjectNode base = JsonNodeFactory.instance.objectNode();
    String where = "command line";
    if (resume != null) {
      if (!Files.exists(directory.config())) {
        throw new IllegalArgumentException(resume + ": holds no run to resume (no run.json in it)");
      }
      base = RunOptions.read(directory.config());
      where = directory.config().toString();
    } else if (configFile != null) {
      base = RunOptions.read(configFile);
      where = configFile.toString();
    }
    ObjectNode merged = run.overlay(base);
    if (resume != null) {
      reportDrift(base, merged);
    }
    return RunOptions.parse(merged, where, Presets.train());
  }

  private static void reportDrift(ObjectNode before, ObjectNode now) {
    now.properties()
        .forEach(
            field -> {
              if (!field.getValue().equals(before.get(field.getKey()))) {
                LOG.warn(
                    "resuming with {} {} instead of {}",
                    field.getKey(),
                    field.getValue(),
                    before.get(field.getKey()));
              }
            });
  }

  private void print(TrainingRun.Outcome outcome, Path directory) throws IOException {
    var stdout = spec.commandLine().getOut();
    if (json) {
      stdout.println(new ObjectMapper().writeValueAsString(Outcomes.json(outcome, directory)));
    } else if (outcome.finished()) {
      stdout.printf(
          Locale.ROOT,
          "%d steps, %.4f bits per byte on the held-out text%nmodel    %s%nreport   %s%n",
          outcome.steps(),
          outcome.heldOut().bitsPerByte(),
          directory.resolve(RunDirectory.BEST),
          directory.resolve("report.html"));
    } else {
      stdout.printf(
          "Stopped after step %d and saved. Go on with: gss train --resume %s%n",
          outcome.steps(), directory);
    }
    stdout.flush();
  }
}
