package io.github.gss4j.distributed;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A rank as a child process: {@code gss train} with the rendezvous in its environment. It ends with
 * the process that started it, see {@link ParentWatchdog}.
 */
public final class RankProcess {
  private static final int SIGNAL_BASE = 128;

  /** Windows' exit codes are far above. */
  private static final int SIGNALS = 64;

  /** What a line that says why a command failed begins with. */
  private static final String REASON = "gss: ";

  private final int rank;
  private final Process process;
  private final List<Thread> readers = new ArrayList<>();
  private volatile String lastError = "";

  private RankProcess(int rank, Process process) {
    this.rank = rank;
    this.process = process;
  }

  /**
   * Starts a rank.
   *
   * @param builder its command, directory and environment, with {@link Rendezvous#variables}
   * @param rank its number, for messages
   * @param results takes each line of its standard output, on a thread of its own
   * @param messages takes each line of its standard error, on a thread of its own
   */
  public static RankProcess start(
      ProcessBuilder builder, int rank, Consumer<String> results, Consumer<String> messages)
      throws IOException {
    // what c10d says when a peer is gone comes with traces; we say it in a line
    builder.environment().putIfAbsent("TORCH_CPP_LOG_LEVEL", "ERROR");
    builder.environment().remove("GSS_TERMINAL"); // several progress bars cannot share a line
    ParentWatchdog.ask(builder);
    RankProcess started = new RankProcess(rank, builder.start());
    started.read(started.process.getInputStream(), results);
    started.read(started.process.getErrorStream(), messages);
    return started;
  }

  private void read(InputStream from, Consumer<String> to) {
    Thread reader = new Thread(() -> copy(from, to), "rank-" + rank);
    reader.setDaemon(true);
    reader.start();
    readers.add(reader);
  }

  private void copy(InputStream from, Consumer<String> to) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        to.accept(line);
        if (line.startsWith(REASON)) {
          lastError = line.substring(REASON.length());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("what rank " + rank + " says cannot be read", e);
    }
  }

  /** Whether it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Whether it has ended, and not well. */
  public boolean hasFailed() {
    return !process.isAlive() && process.exitValue() != 0;
  }

  /** As Ctrl-C does: it finishes its step and saves. */
  public void askToStop() {
    process.destroy();
  }

  /** Ends it at once. */
  public void kill() {
    process.destroyForcibly();
  }

  /** Waits until it has ended and all it said is read. */
  public void awaitOutput() {
    try {
      process.waitFor();
      for (Thread reader : readers) {
        reader.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while rank " + rank + " ends", e);
    }
  }

  /** One line: how it ended, and what it said last; for one that has ended. */
  public String whyItEnded() {
    int code = process.exitValue();
    String how =
        code > SIGNAL_BASE && code <= SIGNAL_BASE + SIGNALS
            ? "was killed by signal " + (code - SIGNAL_BASE)
            : "ended with exit code " + code;
    String why = lastError.isEmpty() ? "" : ": " + lastError;
    return "rank " + rank + " " + how + why;
  }
}
