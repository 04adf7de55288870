package io.github.gss4j.distributed;

import com.sun.jna.Function;
import com.sun.jna.Platform;
import java.util.function.Supplier;

/**
 * Keeps what Gloo prints when it connects off the process's standard output, which is for results.
 */
public final class StandardOutput {
  private static final int OUT = 1;
  private static final int WRITE_ONLY = 1;

  private StandardOutput() {}

  /**
   * Runs something whose native code prints. For the program's main thread: while it lasts, nobody
   * else's output arrives either.
   */
  public static <T> T silenced(Supplier<T> printing) {
    if (Platform.isWindows()) {
      return printing.get();
    }
    int saved = call("dup", OUT);
    int nowhere = call("open", "/dev/null", WRITE_ONLY);
    call("dup2", nowhere, OUT);
    try {
      return printing.get();
    } finally {
      call("dup2", saved, OUT);
      call("close", nowhere);
      call("close", saved);
    }
  }

  private static int call(String name, Object... arguments) {
    return Function.getFunction(Platform.C_LIBRARY_NAME, name).invokeInt(arguments);
  }
}
