package io.github.gss4j.cli.terminal;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarConsumer;

/**
 * The terminal that standard error is, where the launcher says so: {@code GSS_TERMINAL} is its
 * width.
 *
 * <p>Bars do not find the width themselves: the library that they would ask for it takes Ctrl-C
 * away from Java, and a run would end without saving.
 */
public final class Terminal {
  private static final int USUAL_COLUMNS = 80;
  private static final int FEWEST_COLUMNS = 20;

  private Terminal() {}

  /** Whether there is one. */
  public static boolean isThere() {
    return width() != null;
  }

  /** Draws a progress bar on it. */
  public static ProgressBarConsumer bar() {
    return new ConsoleProgressBarConsumer(System.err, columns(width()) - 1);
  }

  private static String width() {
    return System.getenv("GSS_TERMINAL");
  }

  /** How wide it is: 80 columns where that is not known. */
  static int columns(String width) {
    try {
      int columns = Integer.parseInt(width);
      return columns < FEWEST_COLUMNS ? USUAL_COLUMNS : columns;
    } catch (NumberFormatException unknown) {
      return USUAL_COLUMNS;
    }
  }
}
