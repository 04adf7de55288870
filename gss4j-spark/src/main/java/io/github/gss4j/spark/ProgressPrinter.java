package io.github.gss4j.spark;

import io.github.gss4j.tracking.MetricLine;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.Consumer;

/** Shows a run at the driver: a line every few seconds, and each evaluation. */
final class ProgressPrinter implements Consumer<MetricLine> {
  private static final long LINE_EVERY_NANOS = 5_000_000_000L;

  private final PrintWriter err;
  private long lastLine = System.nanoTime() - LINE_EVERY_NANOS;

  ProgressPrinter(PrintWriter err) {
    this.err = err;
  }

  @Override
  public void accept(MetricLine line) {
    if (line instanceof MetricLine.Evaluation found) {
      say(
          "step %,d: %s: loss %.4f nats, %.4f bits per byte",
          found.step(),
          found.whole() ? "all of the held-out text" : "a slice of the held-out text",
          found.evalLoss(),
          found.bitsPerByte());
    } else if (line instanceof MetricLine.Step step
        && System.nanoTime() - lastLine > LINE_EVERY_NANOS) {
      lastLine = System.nanoTime();
      say(
          "step %,d: loss %.3f  %,.0f tokens/s",
          step.step(), step.crossEntropy(), step.tokensPerSecond());
    }
  }

  private void say(String format, Object... values) {
    err.println(String.format(Locale.ROOT, format, values));
    err.flush();
  }
}
