package io.github.gss4j.run.listener;

import io.github.gss4j.tracking.EventFile;
import io.github.gss4j.tracking.KernelImage;
import io.github.gss4j.tracking.KernelPicture;
import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.tracking.Scalars;
import io.github.gss4j.tracking.Summary;
import io.github.gss4j.trainer.LayerMeasures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * Writes a run as event files for TensorBoard: scalars, samples, histograms of each layer's weights
 * and gradients, pictures of kernels. To be wrapped in a {@link SafeListener}, for a full disk
 * throws.
 */
public final class TensorBoard implements RunListener, AutoCloseable {
  private final Path directory;
  private RunView run;
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
  public void started(RunView started, long fromStep) {
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
  public void recorded(MetricLine line) {
    Summary summary = new Summary();
    Scalars.of(line).forEach(summary::scalar);
    if (line instanceof MetricLine.Sample sample) {
      String text = "prompt:\n\n" + code(sample.prompt()) + "\n\n" + code(sample.text());
      summary.text("sample", text);
    } else if (line instanceof MetricLine.Evaluation evaluation && !evaluation.whole()) {
      for (KernelPicture picture : run.kernels()) {
        String tag = "kernels/" + picture.layer();
        summary.image(tag, KernelImage.WIDTH, KernelImage.HEIGHT, KernelImage.png(picture));
      }
    }
    add(line.step(), summary);
  }

  @Override
  public void layersMeasured(MetricLine.LayerStats line, LayerMeasures measures) {
    Summary summary = new Summary();
    measures.gradients().forEach((layer, h) -> summary.histogram("gradients/" + layer, h));
    measures.weights().forEach((layer, h) -> summary.histogram("weights/" + layer, h));
    add(line.step(), summary);
  }

  @Override
  public boolean wantsHistograms() {
    return true;
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
