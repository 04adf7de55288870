package io.github.gss4j.cli.terminal;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.IntConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows on standard error how many of some things are done: a bar on a terminal, a line now and
 * then elsewhere. Several threads may tell it.
 */
public final class CountProgress implements IntConsumer, AutoCloseable {
  private static final long LINE_EVERY_NANOS = 5_000_000_000L;

  private final PrintWriter err;
  private final String what;
  private final int total;
  private final ProgressBar bar;
  private String extra = "";
  private long lastLine = System.nanoTime();

  public CountProgress(PrintWriter err, String what, int total) {
    this.err = err;
    this.what = what;
    this.total = total;
    this.bar =
        !Terminal.isThere()
            ? null
            : new ProgressBarBuilder()
                .setTaskName(what)
                .setInitialMax(total)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(250)
                .setConsumer(Terminal.bar())
                .build();
  }

  /** What stands beside the count from now on. */
  public synchronized void say(String beside) {
    extra = beside;
    if (bar != null) {
      bar.setExtraMessage(beside);
    }
  }

  /** A line of its own. */
  public synchronized void note(String line) {
    err.println(bar == null ? line : "\r\u001b[K" + line);
    err.flush();
  }

  @Override
  public synchronized void accept(int done) {
    if (bar != null) {
      bar.stepTo(done);
    } else if (System.nanoTime() - lastLine > LINE_EVERY_NANOS) {
      lastLine = System.nanoTime();
      err.println(
          String.format(Locale.ROOT, "%s %,d of %,d  %s", what, done, total, extra).strip());
      err.flush();
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
