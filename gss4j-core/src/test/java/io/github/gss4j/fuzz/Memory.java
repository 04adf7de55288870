package io.github.gss4j.fuzz;

import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What all threads allocate on the heap, and what the process holds in memory at most. The heap has
 * a fixed size, and is only collected when this asks for it or too much is allocated.
 */
final class Memory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path PEAK = Path.of("/proc/self/clear_refs");

  private final Runtime heap = Runtime.getRuntime();
  private final boolean linux = Files.isWritable(PEAK);
  private long usedBefore;
  private long collectionsBefore;
  private long residentBefore;

  /** Begins to measure. */
  void begin() throws IOException {
    if (heap.freeMemory() < heap.totalMemory() * 2 / 3) {
      System.gc();
    }
    if (linux) {
      Files.writeString(PEAK, "5"); // the peak is now what it holds
      residentBefore = status("VmHWM:");
    }
    collectionsBefore = collections();
    usedBefore = used();
  }

  /** Bytes allocated on the heap since; all that there are, where it had to be collected. */
  long allocated() {
    return collections() == collectionsBefore ? used() - usedBefore : heap.totalMemory();
  }

  /** Bytes that the process has grown by at most since; 0 where the system does not say. */
  long grown() throws IOException {
    return linux ? status("VmHWM:") - residentBefore : 0;
  }

  private long used() {
    return heap.totalMemory() - heap.freeMemory();
  }

  private static long collections() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
        .sum();
  }

  private static long status(String name) throws IOException {
    for (String line : Files.readAllLines(STATUS)) {
      if (line.startsWith(name)) {
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
      }
    }
    return 0;
  }
}
