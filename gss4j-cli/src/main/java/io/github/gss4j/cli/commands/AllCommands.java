package io.github.gss4j.cli.commands;

import com.google.auto.service.AutoService;
import io.github.gss4j.cli.bench.BenchCommand;
import io.github.gss4j.cli.convert.ConvertCommand;
import io.github.gss4j.cli.convert.SynthesizeCommand;
import io.github.gss4j.cli.evaluation.EvalCommand;
import io.github.gss4j.cli.inference.GenerateCommand;
import io.github.gss4j.cli.inference.PullCommand;
import io.github.gss4j.cli.inference.ServeCommand;
import io.github.gss4j.cli.inspect.InspectCommand;
import io.github.gss4j.cli.launch.LaunchCommand;
import io.github.gss4j.cli.study.ListOpsCommand;
import io.github.gss4j.cli.study.PathfinderCommand;
import io.github.gss4j.cli.study.StudyCommand;
import io.github.gss4j.cli.terminal.Commands;
import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.cli.train.ClassifyCommand;
import io.github.gss4j.cli.train.DemoCommand;
import io.github.gss4j.cli.train.PrepareCommand;
import io.github.gss4j.cli.train.TrainCommand;
import io.github.gss4j.distributed.ParentWatchdog;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;

/** All commands there are. */
@AutoService(Commands.class)
public final class AllCommands implements Commands {
  @Override
  public int priority() {
    return 1;
  }

  @Override
  public List<Class<?>> inOrder() {
    return List.of(
        DemoCommand.class,
        TrainCommand.class,
        PrepareCommand.class,
        GenerateCommand.class,
        EvalCommand.class,
        ServeCommand.class,
        PullCommand.class,
        ConvertCommand.class,
        InspectCommand.class,
        SynthesizeCommand.class,
        StudyCommand.class,
        PathfinderCommand.class,
        ListOpsCommand.class,
        ClassifyCommand.class,
        BenchCommand.class,
        LaunchCommand.class);
  }

  @Override
  public void configure(CommandLine program) {
    CommandLine launch = program.getSubcommands().get("launch");
    if (launch != null) {
      launch.setStopAtPositional(true); // the rest is a rank's
    }
  }

  /** Of a process that another one started, which may end before it. */
  @Override
  public void begin(PrintWriter err) {
    ParentWatchdog.begin(System.getenv(), System.in, () -> endAlone(err));
  }

  /** At once, and nothing is saved: whoever takes over may have begun already. */
  private static void endAlone(PrintWriter err) {
    err.println("gss: the process that started this one has ended");
    err.flush();
    Runtime.getRuntime().halt(ExitCode.FAILED);
  }
}
