package io.github.gss4j.trainer;

import io.github.gss4j.tracking.EventFile;
import io.github.gss4j.tracking.KernelImage;
import io.github.gss4j.tracking.KernelPicture;
import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.tracking.Summary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * Writes a run as event files for TensorBoard: scalars, samples, histograms of each layer's weights
 * and gradients, pictures of kernels. To be wrapped in a {@link Guarded}, for a full disk throws.
 */
public final class TensorBoard implements RunListener, AutoCloseable {
  private final Path directory;
  private TrainingRun run;
  private EventFile events;

  /**
   * A writer that opens its file when the run starts.
   *
   * @param directory of the event files of this run alone
   */
  public TensorBoard(Path directory) {
    this.directory = directory;
  }

  @Override
  public void started(TrainingRun started, long fromStep) {
    run = started;
    try {
      events = EventFile.open(directory, fromStep);
    } catch (IOException e) {
      throw failed(e);
    }
    if (fromStep == 0) {
      add(0, new Summary().text("config", code(started.config().toJson().toPrettyString())));
    }
  }

  @Override
  public void stepped(long step, Trainer.StepResult result, double tokensPerSecond) {
    Summary summary =
        new Summary()
            .scalar("train/loss", result.loss())
            .scalar("train/lr", result.learningRate())
            .scalar("train/grad_norm", result.gradNorm())
            .scalar("train/tokens_per_second", tokensPerSecond);
    MetricLine.Taught taught = result.taught();
    if (!Double.isNaN(taught.distillation())) {
      summary
          .scalar("train/cross_entropy", taught.crossEntropy())
          .scalar("train/distillation", taught.distillation());
    }
    add(step, summary);
  }

  @Override
  public void watched(MetricLine.Watch line, LayerMeasures measures) {
    Summary summary =
        new Summary()
            .scalar("run/clipped_share", line.clippedShare())
            .scalar("run/skipped", (double) line.skipped())
            .scalar("run/resident_bytes", (double) line.residentBytes());
    measures.gradNorms().forEach((layer, x) -> summary.scalar("grad_norm/" + layer, x));
    measures.updateRatios().forEach((layer, x) -> summary.scalar("update_ratio/" + layer, x));
    measures.gradients().forEach((layer, h) -> summary.histogram("gradients/" + layer, h));
    measures.weights().forEach((layer, h) -> summary.histogram("weights/" + layer, h));
    add(line.step(), summary);
  }

  @Override
  public boolean wantsHistograms() {
    return true;
  }

  @Override
  public void evaluated(long step, Evaluator.Result result, boolean whole) {
    if (whole && run.finishedBefore()) {
      return;
    }
    String part = whole ? "held_out/" : "eval/";
    Summary summary =
        new Summary()
            .scalar(part + "loss", result.loss())
            .scalar(part + "bits_per_byte", result.bitsPerByte())
            .scalar(part + "perplexity", result.perplexity());
    if (!whole) {
      for (KernelPicture picture : run.kernels()) {
        String tag = "kernels/" + picture.layer();
        summary.image(tag, KernelImage.WIDTH, KernelImage.HEIGHT, KernelImage.png(picture));
      }
    }
    add(step, summary);
  }

  @Override
  public void sampled(long step, String prompt, String text) {
    if (!run.finishedBefore()) {
      add(step, new Summary().text("sample", "prompt:\n\n" + code(prompt) + "\n\n" + code(text)));
    }
  }

  /** A text as Markdown shows it unchanged: indented by four. */
  private static String code(String text) {
    return text.lines().map(line -> "    " + line).reduce((a, b) -> a + "\n" + b).orElse("");
  }

  private void add(long step, Summary summary) {
    try {
      events.add(step, summary);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private UncheckedIOException failed(IOException e) {
    return new UncheckedIOException(
        directory + ": TensorBoard's events cannot be written: " + e.getMessage(), e);
  }

  @Override
  public void close() throws IOException {
    if (events != null) {
      events.close();
    }
  }
}
