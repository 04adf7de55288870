package io.github.gss4j.cli;

import io.github.gss4j.cli.terminal.Commands;
import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.cli.terminal.Interrupt;
import io.github.gss4j.cli.terminal.Program;
import io.github.gss4j.cli.terminal.Utf8;
import io.github.gss4j.cli.terminal.Version;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The program {@code gss}: results on standard output, progress and errors on standard error. It
 * has the {@link Commands} of the class path.
 */
@Command(
    name = "gss",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Gated State Space language models on the JVM.",
    synopsisSubcommandLabel = "COMMAND")
public final class Gss implements Program, Runnable {
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
      Commands.find().begin(line.getErr());
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
      String library = isOfLibtorch(e) ? "libtorch" : "a library";
      line.getErr().println("gss: " + library + " cannot be loaded: " + reason(e));
      return ExitCode.FAILED;
    }
  }

  private static boolean isOfLibtorch(LinkageError e) {
    return Arrays.stream(e.getStackTrace())
        .anyMatch(frame -> frame.getClassName().startsWith("org.bytedeco."));
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
  public static CommandLine commandLine(Interrupt interrupt, String... args) {
    CommandLine line = new CommandLine(new Gss(interrupt));
    Commands commands = Commands.find();
    List<Class<?>> all = new ArrayList<>(commands.inOrder());
    all.add(CommandLine.HelpCommand.class);
    String first = args.length == 0 || args[0].equals("help") ? "" : args[0];
    boolean alone = all.stream().anyMatch(each -> name(each).equals(first));
    for (Class<?> each : all) {
      if (!alone || name(each).equals(first)) {
        line.addSubcommand(name(each), each);
      }
    }
    commands.configure(line);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setAbbreviatedOptionsAllowed(false);
    line.setExpandAtFiles(false); // a text may begin with @
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
    String hint = e instanceof UnmatchedArgumentException unmatched ? hint(unmatched) : "";
    String help = command.getCommandSpec().qualifiedName() + " --help";
    command.getErr().println("gss: " + problem + hint + "; try '" + help + "'");
    return ExitCode.USAGE;
  }

  private static String hint(UnmatchedArgumentException unmatched) {
    String others = Commands.find().others();
    boolean command =
        unmatched.getCommandLine().getParent() == null
            && !unmatched.getUnmatched().get(0).startsWith("-");
    if (command && !others.isEmpty()) {
      return " (" + others + ")";
    }
    return unmatched.getSuggestions().stream()
        .findFirst()
        .map(known -> " (did you mean " + known + "?)")
        .orElse("");
  }

  private static int fail(Exception e, PrintWriter err) {
    if (System.getenv("GSS_TRACE") != null) {
      e.printStackTrace(err);
    }
    err.println("gss: " + message(e));
    return e instanceof IllegalArgumentException ? ExitCode.USAGE : ExitCode.FAILED;
  }

  /** The first line of what is wrong. */
  private static String reason(Throwable e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return message.strip().lines().findFirst().orElse(e.toString());
  }

  private static String message(Exception e) {
    String message = reason(e);
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
