package io.github.gss4j.mlflow;

import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.tracking.Scalars;
import java.util.List;
import org.mlflow.api.proto.Service.Metric;

/** A line of {@code metrics.jsonl} as MLflow's metrics. */
final class Metrics {
  private Metrics() {}

  /** All numbers of a line; a sample has none. */
  static List<Metric> of(MetricLine line) {
    long now = System.currentTimeMillis();
    Metric.Builder metric = Metric.newBuilder().setStep(line.step()).setTimestamp(now);
    return Scalars.of(line).entrySet().stream()
        .map(scalar -> metric.setKey(scalar.getKey()).setValue(scalar.getValue()).build())
        .toList();
  }
}
