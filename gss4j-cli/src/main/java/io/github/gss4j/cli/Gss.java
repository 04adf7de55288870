package io.github.gss4j.cli;

import io.github.gss4j.cli.bench.BenchCommand;
import io.github.gss4j.cli.convert.ConvertCommand;
import io.github.gss4j.cli.convert.PullCommand;
import io.github.gss4j.cli.convert.SynthesizeCommand;
import io.github.gss4j.cli.inference.EvalCommand;
import io.github.gss4j.cli.inference.GenerateCommand;
import io.github.gss4j.cli.inference.ServeCommand;
import io.github.gss4j.cli.inspect.InspectCommand;
import io.github.gss4j.cli.launch.LaunchCommand;
import io.github.gss4j.cli.study.ListOpsCommand;
import io.github.gss4j.cli.study.PathfinderCommand;
import io.github.gss4j.cli.study.StudyCommand;
import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.cli.terminal.Interrupt;
import io.github.gss4j.cli.terminal.Program;
import io.github.gss4j.cli.terminal.Utf8;
import io.github.gss4j.cli.terminal.Version;
import io.github.gss4j.cli.train.ClassifyCommand;
import io.github.gss4j.cli.train.DemoCommand;
import io.github.gss4j.cli.train.PrepareCommand;
import io.github.gss4j.cli.train.TrainCommand;
import io.github.gss4j.distributed.ParentWatchdog;
import io.github.gss4j.ops.Native;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program {@code gss}: results on standard output, progress and errors on standard error. */
@Command(
    name = "gss",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Gated State Space language models on the JVM.",
    synopsisSubcommandLabel = "COMMAND")
public final class Gss implements Program, Runnable {
  private static final List<Class<?>> COMMANDS =
      List.of(
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
          LaunchCommand.class,
          CommandLine.HelpCommand.class);

  private static final String LAUNCH = "launch";

  private final Interrupt interrupt;

  @Spec private CommandSpec spec;

  private Gss(Interrupt interrupt) {
    this.interrupt = interrupt;
  }

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    Utf8.write();
    Interrupt interrupt = new Interrupt();
    interrupt.exit(run(interrupt, args));
  }

  private static int run(Interrupt interrupt, String[] args) {
    CommandLine line = commandLine(interrupt, args);
    line.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    try {
      Utf8.check(args);
      ParentWatchdog.begin(System.getenv(), System.in, () -> endAlone(line.getErr()));
      int code = line.execute(args);
      if (System.out.checkError()) {
        line.getErr().println("gss: standard output could not be written to its end");
        return ExitCode.FAILED;
      }
      return code;
    } catch (IllegalArgumentException e) { // of the environment; commands' own are theirs
      return fail(e, line.getErr());
    } catch (OutOfMemoryError e) {
      line.getErr().println("gss: " + e.getMessage() + ": smaller sizes need less memory");
      return ExitCode.FAILED;
    } catch (LinkageError e) {
      line.getErr().println("gss: libtorch cannot be loaded: " + Native.reason(e));
      return ExitCode.FAILED;
    }
  }

  /** At once, and nothing is saved: whoever takes over may have begun already. */
  private static void endAlone(PrintWriter err) {
    err.println("gss: the process that started this one has ended");
    err.flush();
    Runtime.getRuntime().halt(ExitCode.FAILED);
  }

  @Override
  public Interrupt interrupt() {
    return interrupt;
  }

  /**
   * The parser, with one-line errors.
   *
   * @param args if the first names a command, it is read alone: all of them take a third of a
   *     second
   */
  static CommandLine commandLine(Interrupt interrupt, String... args) {
    CommandLine line = new CommandLine(new Gss(interrupt));
    String first = args.length == 0 || args[0].equals("help") ? "" : args[0];
    boolean alone = COMMANDS.stream().anyMatch(each -> name(each).equals(first));
    for (Class<?> each : COMMANDS) {
      if (!alone || name(each).equals(first)) {
        line.addSubcommand(name(each), each);
      }
    }
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setAbbreviatedOptionsAllowed(false);
    line.setExpandAtFiles(false); // a text may begin with @
    if (line.getSubcommands().containsKey(LAUNCH)) {
      line.getSubcommands().get(LAUNCH).setStopAtPositional(true); // the rest is a rank's
    }
    line.setParameterExceptionHandler(Gss::refuse);
    line.setExecutionExceptionHandler((e, command, parsed) -> fail(e, command.getErr()));
    return line;
  }

  private static String name(Class<?> command) {
    return command.getAnnotation(Command.class).name();
  }

  private static int refuse(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    String problem = String.join(" ", e.getMessage().lines().map(String::strip).toList());
    String nearest =
        e instanceof UnmatchedArgumentException unmatched
            ? unmatched.getSuggestions().stream()
                .findFirst()
                .map(known -> " (did you mean " + known + "?)")
                .orElse("")
            : "";
    String help = command.getCommandSpec().qualifiedName() + " --help";
    command.getErr().println("gss: " + problem + nearest + "; try '" + help + "'");
    return ExitCode.USAGE;
  }

  private static int fail(Exception e, PrintWriter err) {
    if (System.getenv("GSS_TRACE") != null) {
      e.printStackTrace(err);
    }
    err.println("gss: " + message(e));
    return e instanceof IllegalArgumentException ? ExitCode.USAGE : ExitCode.FAILED;
  }

  private static String message(Exception e) {
    String message = Native.reason(e).lines().findFirst().orElse(e.toString());
    if (e instanceof AccessDeniedException denied) {
      return denied.getFile() + ": permission denied";
    } else if (e instanceof NoSuchFileException missing) {
      return missing.getFile() + ": no such file";
    } else if (e instanceof FileAlreadyExistsException file) {
      return file.getFile() + ": is a file, expected a directory";
    } else if (e instanceof FileSystemException file) {
      return file.getReason() == null ? file + "" : file.getMessage();
    } else if (message.contains("can't allocate memory")) {
      return "not enough memory, smaller sizes need less: " + message;
    } else if (e instanceof IOException || isOurs(e)) {
      return message;
    }
    return message + " (" + e.getClass().getSimpleName() + "; GSS_TRACE=1 shows where)";
  }

  /** Whether the message was written for the user. */
  private static boolean isOurs(Exception e) {
    return e instanceof IllegalArgumentException
        || e instanceof IllegalStateException
        || e instanceof ArithmeticException // logits that are no numbers
        || e.getClass().getName().startsWith("io.github.gss4j.");
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
