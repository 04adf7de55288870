package io.github.gss4j.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A rank as a process of this machine. What it says goes into its log and, marked with its number,
 * to standard error; the first rank's results go to standard output.
 */
final class LocalRank {
  private static final int SIGNAL_BASE = 128;

  private final int rank;
  private final Process process;
  private final Path log;
  private final PrintWriter file;
  private final List<Thread> readers = new ArrayList<>();
  private volatile String lastError = "";

  private LocalRank(int rank, Process process, Path log, PrintWriter file) {
    this.rank = rank;
    this.process = process;
    this.log = log;
    this.file = file;
  }

  /** Starts this very program once more. */
  static LocalRank start(
      int rank,
      List<String> arguments,
      Map<String, String> variables,
      Path log,
      PrintWriter out,
      PrintWriter err)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> !argument.startsWith("-agentlib") && !argument.startsWith("-javaagent"))
        .forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Gss.class.getName()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(variables);
    builder.environment().remove("GSS_TERMINAL"); // several progress bars cannot share a line
    PrintWriter file = new PrintWriter(Files.newBufferedWriter(log), true);
    LocalRank started = new LocalRank(rank, builder.start(), log, file);
    started.process.getOutputStream().close();
    started.read(started.process.getInputStream(), rank == 0 ? out : err, rank == 0);
    started.read(started.process.getErrorStream(), err, false);
    return started;
  }

  private void read(InputStream from, PrintWriter to, boolean plain) {
    Thread reader = new Thread(() -> copy(from, to, plain), "rank-" + rank);
    reader.setDaemon(true);
    reader.start();
    readers.add(reader);
  }

  private void copy(InputStream from, PrintWriter to, boolean plain) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        file.println(line);
        to.println(plain ? line : "[rank " + rank + "] " + line);
        to.flush();
        if (line.startsWith("gss: ")) {
          lastError = line.substring("gss: ".length());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("what rank " + rank + " says cannot be read", e);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  boolean hasFailed() {
    return !process.isAlive() && process.exitValue() != 0;
  }

  /** As Ctrl-C does: it finishes its step and saves. */
  void askToStop() {
    process.destroy();
  }

  void kill() {
    process.destroyForcibly();
  }

  /** Waits until all it said is copied. */
  void awaitOutput() {
    try {
      process.waitFor();
      for (Thread reader : readers) {
        reader.join();
      }
      file.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while rank " + rank + " ends", e);
    }
  }

  /** One line: how it ended, what it said last, and where the rest stands. */
  String whyItEnded() {
    int code = process.exitValue();
    String how =
        code > SIGNAL_BASE
            ? "was killed by signal " + (code - SIGNAL_BASE)
            : "ended with exit code " + code;
    String why = lastError.isEmpty() ? "" : ": " + lastError;
    return "rank " + rank + " " + how + why + " (log: " + log + ")";
  }
}
