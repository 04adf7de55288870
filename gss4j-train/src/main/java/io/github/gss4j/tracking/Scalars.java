package io.github.gss4j.tracking;

import java.util.LinkedHashMap;
import java.util.Map;

/** The numbers of a line of {@code metrics.jsonl} by the names that dashboards show them under. */
public final class Scalars {
  private Scalars() {}

  /** All numbers of a line, in the order to show them in; a sample has none. */
  public static Map<String, Double> of(MetricLine line) {
    Map<String, Double> scalars = new LinkedHashMap<>();
    if (line instanceof MetricLine.Step step) {
      scalars.put("train/loss", step.loss());
      scalars.put("train/lr", step.lr());
      scalars.put("train/grad_norm", step.gradNorm());
      scalars.put("train/tokens_per_second", step.tokensPerSecond());
      step.taught().ifPresent(taught -> put(scalars, taught));
      if (step.leftOut().brokenRows() + step.leftOut().brokenShards() > 0) {
        scalars.put("run/broken_rows", (double) step.leftOut().brokenRows());
        scalars.put("run/broken_shards", (double) step.leftOut().brokenShards());
      }
    } else if (line instanceof MetricLine.LayerStats stats) {
      scalars.put("run/clipped_share", stats.clippedShare());
      scalars.put("run/skipped", (double) stats.skipped());
      scalars.put("run/resident_bytes", (double) stats.residentBytes());
      stats.gradNorms().forEach((layer, norm) -> scalars.put("grad_norm/" + layer, norm));
      stats.updateRatios().forEach((layer, ratio) -> scalars.put("update_ratio/" + layer, ratio));
    } else if (line instanceof MetricLine.Evaluation evaluation) {
      String part = evaluation.whole() ? "held_out/" : "eval/";
      scalars.put(part + "loss", evaluation.evalLoss());
      scalars.put(part + "bits_per_byte", evaluation.bitsPerByte());
      scalars.put(part + "perplexity", evaluation.perplexity());
    } else if (line instanceof MetricLine.Validation validation) {
      scalars.put("validation/accuracy", validation.accuracy());
      validation.stage().ifPresent(s -> scalars.put("validation/stage_accuracy", s.accuracy()));
    }
    return scalars;
  }

  private static void put(Map<String, Double> scalars, MetricLine.Taught taught) {
    scalars.put("train/cross_entropy", taught.crossEntropy());
    if (!Double.isNaN(taught.distillation())) {
      scalars.put("train/distillation", taught.distillation());
    }
  }
}
