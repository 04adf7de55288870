package io.github.gss4j.cli.study;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.cli.run.RunOptions;
import io.github.gss4j.cli.run.TorchThreads;
import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.cli.terminal.Interrupt;
import io.github.gss4j.cli.terminal.Program;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.study.Budget;
import io.github.gss4j.study.Study;
import io.github.gss4j.study.StudyConfig;
import io.github.gss4j.study.StudyFile;
import io.github.gss4j.study.StudyPart;
import io.github.gss4j.study.probe.ProbeStudy;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code gss study}. */
@Command(
    name = "study",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Trains models of equal size side by side and writes a table and plots: on text"
            + " (configs/study.json), or on small tasks of memory where the file names probes"
            + " (configs/probes.json). To resume, run the same command again.")
public final class StudyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @ParentCommand private Program gss;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "models, text, seeds and budget as JSON")
  private Path configFile;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "the study's directory")
  private Path out;

  @Option(
      names = "--model",
      split = ",",
      paramLabel = "NAME",
      description = "make these models' runs alone, those of others another time")
  private List<String> models = List.of();

  @Option(
      names = "--seed",
      split = ",",
      paramLabel = "N",
      description = "make the runs of these seeds alone")
  private List<Long> seeds = List.of();

  @Option(
      names = "--budget",
      paramLabel = "UNIT=N",
      description = "tokens=N, steps=N or seconds=X of training a run, instead of the file's")
  private String budget;

  @Option(names = "--quick", description = "use the file's 'quick' settings: minutes")
  private boolean quick;

  @Option(names = "--json", description = "print the results as JSON")
  private boolean json;

  @Mixin private final TorchThreads threads = new TorchThreads();

  @Override
  public Integer call() throws IOException {
    threads.apply();
    ObjectNode settings = StudyFile.settings(RunOptions.read(configFile), quick);
    boolean probes = settings.has("probes");
    if (probes && (budget != null || !models.isEmpty() || !seeds.isEmpty())) {
      throw new IllegalArgumentException(
          "--model, --seed and --budget go with a study of text: leave them out");
    }
    if (budget != null) {
      settings.set("budget", Budget.parse(budget));
    }
    boolean stopped;
    try (Interrupt.Flag interrupt = gss.interrupt().flag()) {
      if (probes) {
        ProbeStudy study = ProbeStudy.read(configFile.toString(), settings, TrainConfig.defaults());
        study.run(out, this::say, interrupt);
      } else {
        StudyConfig config = StudyConfig.read(configFile.toString(), settings);
        new Study(config, TrainConfig.defaults(), out, new ChildRuns(gss))
            .run(new StudyPart(models, seeds), this::say, interrupt);
      }
      stopped = interrupt.getAsBoolean();
    }
    if (stopped) {
      say("Stopped. Run the same command to resume.");
    }
    String name = probes ? "probes" : "study";
    Path found = out.resolve(name + (json ? ".json" : ".md"));
    PrintWriter stdout = spec.commandLine().getOut();
    if (Files.exists(found)) {
      stdout.print(Files.readString(found));
    }
    stdout.flush();
    return ExitCode.OK;
  }

  private void say(String what) {
    spec.commandLine().getErr().println(what);
    spec.commandLine().getErr().flush();
  }
}
