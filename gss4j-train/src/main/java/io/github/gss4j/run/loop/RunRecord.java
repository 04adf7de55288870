package io.github.gss4j.run.loop;

import io.github.gss4j.run.listener.RunListener;
import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.tracking.MetricsLog;
import java.io.IOException;
import java.nio.file.Path;

/** The run's {@code metrics.jsonl}, which its listener gets line by line; the first rank's. */
public final class RunRecord implements AutoCloseable {
  private final Path file;
  private final RunListener listener;
  private final MetricsLog log;

  /**
   * Opens the file on the first rank, and drops the lines of steps that are taken again.
   *
   * @param steps taken so far
   */
  RunRecord(LoopSetup setup, long steps) throws IOException {
    this.file = setup.directory().metrics();
    this.listener = setup.listener();
    this.log = setup.isFirst() ? MetricsLog.open(file, steps) : null;
  }

  /** Adds a line, on the first rank. */
  public void add(MetricLine line) throws IOException {
    if (log == null) {
      return;
    }
    try {
      log.append(line);
    } catch (IOException e) {
      throw new IOException(file + ": cannot be written: " + e.getMessage(), e);
    }
    listener.recorded(line);
  }

  /** As {@link #add}, unless it is there already, from a run that ended and is resumed. */
  public void addOnce(MetricLine line) throws IOException {
    if (log != null && !MetricsLog.read(file).contains(line)) {
      add(line);
    }
  }

  @Override
  public void close() throws IOException {
    if (log != null) {
      log.close();
    }
  }
}
