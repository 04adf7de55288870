package io.github.gss4j.distributed;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a rank with the process that started it, however that ended.
 *
 * <p>The parent holds the other end of the rank's standard input and never writes. Its end is the
 * end of the input: SIGKILL leaves no rank behind without a parent.
 */
public final class ParentWatchdog {
  private static final Logger LOG = LoggerFactory.getLogger(ParentWatchdog.class);
  private static final String VARIABLE = "GSS_PARENT";
  private static final String STANDARD_INPUT = "stdin";

  private ParentWatchdog() {}

  /** Tells a process that is about to be started that its parent is to be watched. */
  static void ask(ProcessBuilder child) {
    child.environment().put(VARIABLE, STANDARD_INPUT);
  }

  /**
   * Watches the parent, where {@code GSS_PARENT=stdin} asks for it.
   *
   * @param environment usually {@link System#getenv()}
   * @param input usually {@link System#in}
   * @param alone runs once the parent has gone, on a thread of its own
   * @throws IllegalArgumentException if the variable says something else
   */
  public static void begin(Map<String, String> environment, InputStream input, Runnable alone) {
    String how = environment.getOrDefault(VARIABLE, "");
    if (how.isEmpty()) {
      return;
    }
    if (!how.equals(STANDARD_INPUT)) {
      throw new IllegalArgumentException(
          VARIABLE + " is '" + how + "', expected " + STANDARD_INPUT + ", or leave it unset");
    }
    Thread thread = new Thread(() -> watch(input, alone), "gss4j-parent");
    thread.setDaemon(true);
    thread.start();
  }

  private static void watch(InputStream input, Runnable alone) {
    try {
      input.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) { // as good as its end
      LOG.debug("standard input cannot be read", e);
    }
    alone.run();
  }
}
