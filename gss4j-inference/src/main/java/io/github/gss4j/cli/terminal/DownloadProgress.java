package io.github.gss4j.cli.terminal;

import io.github.gss4j.hub.DownloadListener;
import java.io.PrintWriter;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows downloads on standard error: a bar a file on a terminal, a line per file elsewhere. */
public final class DownloadProgress implements DownloadListener, AutoCloseable {
  private final PrintWriter err;
  private final boolean terminal;
  private String file = "";
  private ProgressBar bar;

  public DownloadProgress(PrintWriter err) {
    this.err = err;
    this.terminal = Terminal.isThere();
  }

  @Override
  public void at(String name, long done, long total) {
    if (!name.equals(file)) {
      close();
      file = name;
      if (terminal) {
        bar =
            new ProgressBarBuilder()
                .setTaskName(name)
                .setInitialMax(total)
                .setUnit(" MB", 1_000_000)
                .setStyle(ProgressBarStyle.ASCII)
                .setConsumer(Terminal.bar())
                .showSpeed()
                .build();
      } else {
        err.printf("fetching %s%s%n", name, total < 0 ? "" : ", %,d bytes".formatted(total));
        err.flush();
      }
    }
    if (bar != null) {
      bar.stepTo(done);
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
