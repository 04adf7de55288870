package io.github.gss4j.cli.train;

import io.github.gss4j.cli.terminal.Terminal;
import io.github.gss4j.evaluation.Evaluator;
import io.github.gss4j.loss.Distillation;
import io.github.gss4j.run.listener.RunListener;
import io.github.gss4j.run.listener.RunView;
import io.github.gss4j.trainer.StepMetrics;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows a run on standard error: a progress bar on a terminal, a line now and then elsewhere.
 *
 * <p>The launcher sets {@code GSS_TERMINAL} where standard error is one. Loss and speed are
 * smoothed over the last steps.
 */
final class RunProgress implements RunListener, AutoCloseable {
  private static final double SMOOTH = 0.9;
  private static final long LINE_EVERY_NANOS = 5_000_000_000L;

  private final PrintWriter err;
  private final boolean terminal;
  private ProgressBar bar;
  private long total;
  private double loss = Double.NaN;
  private double distillation = Double.NaN;
  private double rate = Double.NaN;
  private long lastLine = System.nanoTime();

  RunProgress(PrintWriter err) {
    this.err = err;
    this.terminal = Terminal.isThere();
  }

  @Override
  public void started(RunView run, long fromStep) {
    total = run.config().schedule().steps();
    long trainable = run.trainableCount();
    long frozen = run.model().parameterCount() - trainable;
    say(
        "%,d parameters%s; %s: %s; %s on %s",
        run.model().parameterCount(),
        frozen == 0 ? "" : String.format(" (%,d trained, %,d frozen)", trainable, frozen),
        run.corpus().name(),
        run.corpus().size(),
        run.config().compute().dtype(),
        run.config().compute().device());
    if (fromStep > 0) {
      say("continuing after step %,d", fromStep);
    }
    if (terminal) {
      bar =
          new ProgressBarBuilder()
              .setTaskName("step")
              .setInitialMax(total)
              .startsFrom(fromStep, java.time.Duration.ZERO)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(250)
              .setConsumer(Terminal.bar())
              .continuousUpdate()
              .build();
    }
  }

  @Override
  public void stepped(long step, StepMetrics result, double tokensPerSecond) {
    loss = smooth(loss, result.crossEntropy());
    double taught = result.lossOf(Distillation.NAME);
    distillation = Double.isNaN(taught) ? distillation : smooth(distillation, taught);
    rate = smooth(rate, tokensPerSecond);
    if (bar != null) {
      bar.stepTo(step);
      bar.setExtraMessage(String.format(Locale.ROOT, "%s  %,.0f tokens/s", losses(), rate));
    } else if (System.nanoTime() - lastLine > LINE_EVERY_NANOS) {
      lastLine = System.nanoTime();
      say("step %,d of %,d  %s  %,.0f tokens/s", step, total, losses(), rate);
    }
  }

  private String losses() {
    String first = String.format(Locale.ROOT, "loss %.3f", loss);
    return Double.isNaN(distillation)
        ? first
        : first + String.format(Locale.ROOT, "  distillation %.3f", distillation);
  }

  private static double smooth(double before, double now) {
    return Double.isNaN(before) ? now : SMOOTH * before + (1 - SMOOTH) * now;
  }

  @Override
  public void evaluated(long step, Evaluator.Result result, boolean whole) {
    say(
        "step %,d: %s: loss %.4f nats, %.4f bits per byte, perplexity %.2f",
        step,
        whole ? "all of the held-out text" : "a slice of the held-out text",
        result.loss(),
        result.bitsPerByte(),
        result.perplexity());
  }

  @Override
  public void evaluating(double share) {
    if (bar != null) {
      bar.setExtraMessage(String.format(Locale.ROOT, "evaluating %.0f %%", 100 * share));
    }
  }

  @Override
  public void saved(long step, Path checkpoint) {
    if (bar == null) {
      say("saved %s", checkpoint);
    }
  }

  private void say(String format, Object... values) {
    if (bar != null) {
      err.print("\r\u001b[K");
    }
    err.println(String.format(Locale.ROOT, format, values));
    err.flush();
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
