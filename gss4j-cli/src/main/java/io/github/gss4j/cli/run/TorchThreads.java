package io.github.gss4j.cli.run;

import io.github.gss4j.cli.options.ThreadOptions;
import io.github.gss4j.ops.Native;
import picocli.CommandLine.Mixin;

/** How many threads of libtorch compute. */
public final class TorchThreads {
  @Mixin private final ThreadOptions threads = new ThreadOptions();

  /** Sets them where the user has said how many. */
  public void apply() {
    if (threads.count() > 0) {
      Native.threads(threads.count());
    }
  }
}
