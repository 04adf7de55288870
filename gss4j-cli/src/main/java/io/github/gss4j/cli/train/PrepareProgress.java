package io.github.gss4j.cli.train;

import io.github.gss4j.cli.terminal.Terminal;
import io.github.gss4j.data.documents.Preparation;
import java.io.PrintWriter;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows a preparation on standard error: a bar on a terminal, a line now and then elsewhere. */
final class PrepareProgress implements Preparation.Listener, AutoCloseable {
  private static final long LINE_EVERY_NANOS = 5_000_000_000L;
  private static final long PARTS = 1000;

  private final PrintWriter err;
  private final boolean terminal;
  private final long began = System.nanoTime();
  private long lastLine = began;
  private ProgressBar bar;

  PrepareProgress(PrintWriter err) {
    this.err = err;
    this.terminal = Terminal.isThere();
  }

  @Override
  public void at(double shards, int of, long documents) {
    double rate = documents / Math.max(1e-3, (System.nanoTime() - began) / 1e9);
    if (terminal) {
      if (bar == null) {
        bar =
            new ProgressBarBuilder()
                .setTaskName("files")
                .setInitialMax(PARTS * of)
                .setUnit("", PARTS)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(250)
                .setConsumer(Terminal.bar())
                .build();
      }
      bar.stepTo(Math.round(PARTS * shards));
      bar.setExtraMessage(
          String.format(Locale.ROOT, "%,d documents, %,.0f a second", documents, rate));
    } else if (System.nanoTime() - lastLine > LINE_EVERY_NANOS) {
      lastLine = System.nanoTime();
      err.println(
          String.format(
              Locale.ROOT,
              "%.1f of %d files, %,d documents, %,.0f a second",
              shards,
              of,
              documents,
              rate));
      err.flush();
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
