package io.github.gss4j.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.model.JsonFields;
import io.github.gss4j.study.classifier.ClassifierRun;
import io.github.gss4j.study.classifier.ClassifyConfig;
import io.github.gss4j.study.classifier.Task;
import io.github.gss4j.trainer.ClassifierTrainer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
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
final class ClassifyCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What is no setting of the run. */
  private static final Set<String> OWN = Set.of("--config", "--out", "--json", "--threads");

  @Spec private CommandSpec spec;

  @ParentCommand private Gss gss;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "model and training as JSON, such as configs/path32.json; flags win over it")
  private Path configFile;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "a new directory")
  private Path out;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "of gss pathfinder generate, of gss listops, or of the arena's release")
  String data;

  @Option(
      names = "--init",
      paramLabel = "KIND",
      description = "random or long_range; without the ranges that the file has")
  String init;

  @Mixin StepOptions steps;

  @Option(names = "--json", description = "print the outcome as one JSON object")
  private boolean json;

  @Mixin private final ThreadOptions threads = new ThreadOptions();

  @Override
  public Integer call() throws IOException {
    threads.apply();
    ClassifyConfig config = ClassifyConfig.from(new JsonFields(configFile.toString(), settings()));
    ClassifierRun run = new ClassifierRun(config, Task.open(Path.of(config.data())), out);
    try (Interrupt.Watch interrupt = gss.interrupt().watch();
        CountProgress progress =
            new CountProgress(
                spec.commandLine().getErr(), "step", Math.toIntExact(config.steps()))) {
      ClassifierRun.Result result = run.run(new Shown(progress), interrupt);
      progress.close();
      print(result);
    }
    return Gss.OK;
  }

  private ObjectNode settings() throws IOException {
    ObjectNode settings = RunOptions.read(configFile);
    List<OptionSpec> options =
        spec.options().stream().filter(option -> !OWN.contains(option.longestName())).toList();
    if (init != null) {
      settings.remove(List.of("dt_min", "dt_max", "max_phase"));
    }
    RunOptions.given(spec.commandLine().getParseResult(), options, settings);
    return settings;
  }

  private void print(ClassifierRun.Result result) throws IOException {
    PrintWriter stdout = spec.commandLine().getOut();
    if (json) {
      stdout.println(JSON.writeValueAsString(result.toJson().put("run", out.toString())));
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
          "Stopped after step %d; the best weights so far lie in %s%n", result.steps(), out);
    }
    stdout.flush();
  }

  /** What is shown on the way. */
  private record Shown(CountProgress progress) implements ClassifierRun.Listener {
    @Override
    public void stepped(long step, ClassifierTrainer.StepResult result, double perSecond) {
      progress.say(
          String.format(Locale.ROOT, "loss %.4f  %.1f sequences/s", result.loss(), perSecond));
      progress.accept(Math.toIntExact(step));
    }

    @Override
    public void evaluated(long step, double accuracy) {
      progress.note(
          String.format(
              Locale.ROOT, "step %,d: %.2f %% right on the validation part", step, 100 * accuracy));
    }
  }
}
