package io.github.gss4j.run.loop;

import io.github.gss4j.config.training.IntervalConfig;
import io.github.gss4j.distributed.Distribution;
import io.github.gss4j.distributed.ProcessGroup;
import io.github.gss4j.run.files.RunDirectory;
import io.github.gss4j.run.listener.RunListener;

/**
 * Where a loop runs, when it evaluates and saves, and who is told.
 *
 * @param listener is called on the first rank only
 */
public record LoopSetup(
    RunDirectory directory,
    Distribution distribution,
    RunListener listener,
    IntervalConfig intervals) {
  /** Silences the ranks that are not the first. */
  public LoopSetup {
    if (!distribution.group().isFirst()) {
      listener = new RunListener() {};
    }
  }

  /** The group of its ranks. */
  ProcessGroup group() {
    return distribution.group();
  }

  /** Whether this is the first of the ranks. */
  boolean isFirst() {
    return group().isFirst();
  }
}
