package io.github.gss4j.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.cli.terminal.Speed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The most memory that is resident while work is done, and how much of it is more than was resident
 * before.
 *
 * @param startBytes resident before the work
 * @param peakBytes the most that had been resident by then
 */
record PeakMemory(long startBytes, long peakBytes) {
  private static final double MIB = 1 << 20;

  /** What is resident as the work begins; the system counts its peak from here. */
  static PeakMemory start() {
    long peak = Speed.peakResidentBytes();
    try {
      Files.writeString(Path.of("/proc/self/clear_refs"), "5", StandardOpenOption.WRITE);
    } catch (IOException notAllowed) {
      return new PeakMemory(
          Speed.residentBytes(), peak); // loading's peak then counts as the work's
    }
    return new PeakMemory(Speed.residentBytes(), peak);
  }

  /** Writes the process's peak and the work's share of it; null where the system does not say. */
  void write(ObjectNode result) {
    long now = Speed.peakResidentBytes();
    if (now < 0) {
      result.putNull("peak_rss_mb").putNull("peak_above_start_mb");
    } else {
      result.put("peak_rss_mb", Math.max(peakBytes, now) / MIB);
      result.put("peak_above_start_mb", (now - startBytes) / MIB);
    }
  }
}
