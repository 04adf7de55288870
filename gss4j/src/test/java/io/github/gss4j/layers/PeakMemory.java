package io.github.gss4j.layers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** This process's resident memory, as Linux counts it. */
public final class PeakMemory {
  private PeakMemory() {}

  /** Bytes resident now. */
  public static long now() {
    return status("VmRSS:");
  }

  /** The most bytes that were resident since {@link #reset()}. */
  public static long peak() {
    return status("VmHWM:");
  }

  /** Forgets the peak so far. */
  public static void reset() {
    try {
      Files.writeString(Path.of("/proc/self/clear_refs"), "5");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static long status(String key) {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith(key))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
