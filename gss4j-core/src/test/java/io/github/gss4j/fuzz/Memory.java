package io.github.gss4j.fuzz;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this thread allocates on the heap, and what the process holds in memory at most. */
final class Memory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path PEAK = Path.of("/proc/self/clear_refs");
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final boolean linux = Files.isWritable(PEAK);
  private long allocatedBefore;
  private long residentBefore;

  /** Begins to measure. */
  void begin() throws IOException {
    if (linux) {
      Files.writeString(PEAK, "5"); // the peak is now what it holds
      residentBefore = status("VmHWM:");
    }
    allocatedBefore = THREADS.getCurrentThreadAllocatedBytes();
  }

  /** Bytes that this thread has allocated on the heap since. */
  long allocated() {
    return THREADS.getCurrentThreadAllocatedBytes() - allocatedBefore;
  }

  /** Bytes that the process has grown by at most since; 0 where the system does not say. */
  long grown() throws IOException {
    return linux ? status("VmHWM:") - residentBefore : 0;
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
