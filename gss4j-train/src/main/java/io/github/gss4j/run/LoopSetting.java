package io.github.gss4j.run;

import io.github.gss4j.config.training.IntervalConfig;
import io.github.gss4j.distributed.Distribution;
import io.github.gss4j.distributed.ProcessGroup;
import io.github.gss4j.run.files.RunDirectory;

/**
 * Where a loop runs, and what it does on the way, whatever it trains.
 *
 * @param listener is called on the first rank only
 */
record LoopSetting(
    RunDirectory directory,
    Distribution distribution,
    RunListener listener,
    IntervalConfig intervals) {
  /** Silences the ranks that are not the first. */
  LoopSetting {
    if (!distribution.group().isFirst()) {
      listener = new RunListener() {};
    }
  }

  ProcessGroup group() {
    return distribution.group();
  }

  boolean isFirst() {
    return group().isFirst();
  }
}
