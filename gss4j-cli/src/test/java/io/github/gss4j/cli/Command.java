package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.cli.terminal.Interrupt;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;

/**
 * Runs {@code gss} as a user would: in a process of its own, or in this one where that is enough.
 */
final class Command {
  private static final long PATIENCE_SECONDS = 300;

  private Command() {}

  /** What a command left. */
  record Result(int code, String out, String err) {
    Result ok() {
      assertThat(code).as("exit code, after: %s", err).isZero();
      return this;
    }

    /** It was refused in one line that names what was found and what was expected. */
    void refused(String... named) {
      assertThat(code).as("exit code after: %s", err).isIn(1, 2);
      assertThat(err).startsWith("gss: ").endsWith(System.lineSeparator());
      assertThat(err.lines().toList()).as("lines on standard error").hasSize(1);
      assertThat(err).contains(named);
      assertThat(err).doesNotContain("GSS_TRACE").doesNotContain("Exception");
      assertThat(out).isEmpty();
    }
  }

  /** Runs a command in this process. Paths and numbers may be given as they are. */
  static Result here(Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] words = Arrays.stream(args).map(String::valueOf).toArray(String[]::new);
    CommandLine line = Gss.commandLine(new Interrupt(), words);
    line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int code = line.execute(words);
    return new Result(code, out.toString(), err.toString());
  }

  /** Runs a command in a process of its own, to its end. */
  static Result process(Path directory, Object... args) {
    return process(Map.of(), directory, args);
  }

  /** A copy with variables of its environment. */
  static Result process(Map<String, String> variables, Path directory, Object... args) {
    try (Running running = start(Gss.class, variables, directory, args)) {
      return running.end();
    }
  }

  /**
   * Starts a process.
   *
   * @param directory its working directory and cache
   */
  static Running start(Path directory, Object... args) {
    return start(Gss.class, Map.of(), directory, args);
  }

  /** Starts another main class in the same way. */
  static Running start(Class<?> main, Path directory, Object... args) {
    return start(main, Map.of(), directory, args);
  }

  /** Starts a process with variables of its environment. */
  static Running start(Map<String, String> variables, Path directory, Object... args) {
    return start(Gss.class, variables, directory, args);
  }

  private static Running start(
      Class<?> main, Map<String, String> variables, Path directory, Object... args) {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    line.add("--enable-native-access=ALL-UNNAMED"); // as the launcher has it
    if (Runtime.version().feature() >= 23) {
      line.add("--sun-misc-unsafe-memory-access=allow");
    }
    line.addAll(List.of("-cp", classPath(main), main.getName()));
    Arrays.stream(args).map(String::valueOf).forEach(line::add);
    try {
      Path out = Files.createTempFile(directory, "out", ".txt");
      Path err = Files.createTempFile(directory, "err", ".txt");
      ProcessBuilder builder = new ProcessBuilder(line).directory(directory.toFile());
      builder.redirectOutput(out.toFile()).redirectError(err.toFile());
      builder.environment().put("GSS_CACHE", directory.resolve("cache").toString());
      builder.environment().remove("GSS_TRACE");
      builder.environment().putAll(variables);
      return new Running(builder.start(), out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of the command line, what a distribution has and nothing of the tests. */
  private static String classPath(Class<?> main) {
    if (main != Gss.class) {
      return System.getProperty("java.class.path");
    }
    Path classes = Path.of("target", "classes").toAbsolutePath();
    return classes + File.pathSeparator + classes.resolveSibling("lib").resolve("*");
  }

  /** A process on its way. */
  record Running(Process process, Path out, Path err) implements AutoCloseable {
    /** Waits for its end. */
    Result end() {
      try {
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("it ends").isTrue();
        return new Result(process.exitValue(), read(out), read(err));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }

    /** Sends a signal by its short name, such as INT. */
    void signal(String name) {
      try {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private static String read(Path file) {
      try {
        return Files.readString(file, StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}
