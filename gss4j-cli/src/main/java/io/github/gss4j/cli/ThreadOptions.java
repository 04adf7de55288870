package io.github.gss4j.cli;

import io.github.gss4j.ops.Native;
import picocli.CommandLine.Option;

/** How many threads compute. */
final class ThreadOptions {
  @Option(names = "--threads", description = "threads of dense products (default: all cores)")
  Integer threads;

  /** Sets them where the user has said how many. */
  void apply() {
    if (threads != null) {
      Native.threads(threads);
    }
  }
}
