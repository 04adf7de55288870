package io.github.gss4j.cli.options;

import io.github.gss4j.ops.Native;
import picocli.CommandLine.Option;

/** How many threads compute. */
public final class ThreadOptions {
  @Option(names = "--threads", description = "threads that compute (default: all cores)")
  Integer threads;

  /** How many; 0 where the user has not said. */
  int count() {
    if (threads != null && threads < 1) {
      throw new IllegalArgumentException("threads is " + threads + ", expected at least 1");
    }
    return threads == null ? 0 : threads;
  }

  /** Sets libtorch's where the user has said how many. */
  public void apply() {
    if (threads != null) {
      Native.threads(threads);
    }
  }
}
