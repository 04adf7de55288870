package io.github.gss4j.tracking;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.gss4j.fuzz.FuzzKind;
import io.github.gss4j.fuzz.Mutations;
import io.github.gss4j.tracking.MetricLine.Evaluation;
import io.github.gss4j.tracking.MetricLine.LayerStats;
import io.github.gss4j.tracking.MetricLine.Sample;
import io.github.gss4j.tracking.MetricLine.SkippedData;
import io.github.gss4j.tracking.MetricLine.Step;
import io.github.gss4j.tracking.MetricLine.Taught;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** The metrics of a run: read, followed, continued and drawn. */
public final class MetricsKind implements FuzzKind {
  @Override
  public String name() {
    return "metrics";
  }

  @Override
  public List<Path> prepare(Path home) throws IOException {
    Path file = home.resolve("metrics.jsonl");
    try (MetricsLog log = MetricsLog.open(file, 0)) {
      for (long step = 1; step <= 8; step++) {
        Taught taught = new Taught("distillation", 2, 0.5);
        log.append(
            new Step(
                step,
                3.25 / step,
                1e-3,
                Double.NaN,
                1000,
                step % 2 == 0 ? Optional.of(taught) : Optional.empty(),
                new SkippedData(step, 0, 1, 0)));
        log.append(
            new LayerStats(step, Map.of("layers.0", 1.5), Map.of("layers.0", 1e-3), 0, 0, 1));
      }
      log.append(new Evaluation(8, 1.5, 2.25, 4.5, 100, true));
      log.append(new Sample(8, "a", "bäc\n"));
    }
    return List.of(file);
  }

  @Override
  public byte[] mutate(Path file, byte[] sound, Random random) {
    return random.nextBoolean() ? Mutations.json(sound, random) : Mutations.bytes(sound, random);
  }

  @Override
  public void read(Path target) throws IOException {
    List<MetricLine> lines = MetricsLog.read(target);
    PageData.of(
        new Report(
            new RunFacts("run", 1, 1, Duration.ZERO),
            lines,
            JsonNodeFactory.instance.objectNode(),
            Map.of(),
            List.of(),
            List.of()));
    lines.forEach(Scalars::of);
    new MetricsFollower(target).poll();
    MetricsLog.open(target, 4).close();
  }
}
