package io.github.gss4j.cli.terminal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** How fast tokens came, and how much memory the process holds. */
public final class Speed {
  private final long start = System.nanoTime();
  private long first;
  private long last;

  /** One more token has come. */
  public void token() {
    if (first == 0) {
      first = System.nanoTime();
    }
  }

  /** Whether a token has come. */
  public boolean hasBegun() {
    return first != 0;
  }

  /** No more tokens come. */
  public void end() {
    last = System.nanoTime();
  }

  /** Tokens a second after the first. */
  double tokensPerSecond(int written) {
    return (written - 1) / ((last - first) / 1e9);
  }

  /** Seconds until the first token, which waits for the prompt. */
  double secondsToFirst() {
    return (first - start) / 1e9;
  }

  /** One line; the rate is that of the tokens after the first, which waits for the prompt. */
  public String text(double loadSeconds, int read, int written) {
    StringBuilder line = new StringBuilder();
    line.append(
        String.format(
            Locale.ROOT,
            "loaded in %.2f s; %d tokens read, %d written in %.2f s",
            loadSeconds,
            read,
            written,
            (last - start) / 1e9));
    if (first != 0) {
      line.append(String.format(Locale.ROOT, "; first after %.3f s", secondsToFirst()));
    }
    if (written > 1) {
      line.append(String.format(Locale.ROOT, ", then %.2f tokens/s", tokensPerSecond(written)));
    }
    long resident = residentBytes();
    return resident < 0
        ? line.toString()
        : line + String.format(Locale.ROOT, "; %.2f GB resident", resident / 1e9);
  }

  /** The process's resident memory; negative where the system does not say. */
  public static long residentBytes() {
    return status("VmRSS:");
  }

  /** The most resident memory that the process has had; negative where the system does not say. */
  public static long peakResidentBytes() {
    return status("VmHWM:");
  }

  private static long status(String field) {
    Path status = Path.of("/proc/self/status");
    try {
      return !Files.exists(status)
          ? -1
          : Files.readAllLines(status).stream()
              .filter(line -> line.startsWith(field))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
              .findFirst()
              .orElse(-1);
    } catch (IOException e) {
      return -1;
    }
  }
}
