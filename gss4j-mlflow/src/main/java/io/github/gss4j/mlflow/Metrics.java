package io.github.gss4j.mlflow;

import io.github.gss4j.tracking.MetricLine;
import java.util.ArrayList;
import java.util.List;
import org.mlflow.api.proto.Service.Metric;

/** A line of {@code metrics.jsonl} as MLflow's metrics. */
final class Metrics {
  private final long step;
  private final long now = System.currentTimeMillis();
  private final List<Metric> metrics = new ArrayList<>();

  private Metrics(long step) {
    this.step = step;
  }

  /** All numbers of a line; a sample has none. */
  static List<Metric> of(MetricLine line) {
    Metrics all = new Metrics(line.step());
    if (line instanceof MetricLine.Step s) {
      all.add("train/loss", s.loss());
      all.add("train/lr", s.lr());
      all.add("train/grad_norm", s.gradNorm());
      all.add("train/tokens_per_second", s.tokensPerSecond());
      s.taught().ifPresent(all::add);
    } else if (line instanceof MetricLine.Watch w) {
      all.add("run/clipped_share", w.clippedShare());
      all.add("run/skipped", (double) w.skipped());
      all.add("run/resident_bytes", (double) w.residentBytes());
      w.gradNorms().forEach((layer, norm) -> all.add("grad_norm/" + layer, norm));
      w.updateRatios().forEach((layer, ratio) -> all.add("update_ratio/" + layer, ratio));
    } else if (line instanceof MetricLine.Evaluation e) {
      String part = e.whole() ? "held_out/" : "eval/";
      all.add(part + "loss", e.evalLoss());
      all.add(part + "bits_per_byte", e.bitsPerByte());
      all.add(part + "perplexity", e.perplexity());
    }
    return all.metrics;
  }

  private void add(MetricLine.Taught taught) {
    if (!Double.isNaN(taught.distillation())) {
      add("train/cross_entropy", taught.crossEntropy());
      add("train/distillation", taught.distillation());
    }
  }

  private void add(String key, double value) {
    metrics.add(
        Metric.newBuilder().setKey(key).setValue(value).setStep(step).setTimestamp(now).build());
  }
}
