package io.github.gss4j.cli.options;

import picocli.CommandLine.Option;

/** How many threads compute. */
public final class ThreadOptions {
  @Option(names = "--threads", description = "threads that compute (default: all cores)")
  Integer threads;

  /** How many; 0 where the user has not said. */
  public int count() {
    if (threads != null && threads < 1) {
      throw new IllegalArgumentException("threads is " + threads + ", expected at least 1");
    }
    return threads == null ? 0 : threads;
  }
}
