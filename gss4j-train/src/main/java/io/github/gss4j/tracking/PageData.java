package io.github.gss4j.tracking;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.tracking.MetricLine.Evaluation;
import io.github.gss4j.tracking.MetricLine.LayerStats;
import io.github.gss4j.tracking.MetricLine.Sample;
import io.github.gss4j.tracking.MetricLine.Step;
import io.github.gss4j.tracking.MetricLine.Validation;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The JSON that the page draws: curves thinned and smoothed, everything else as it is. Curves are
 * in float32, which no screen can tell from float64; what is not finite is null there.
 */
final class PageData {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private PageData() {}

  static ObjectNode of(Report report) {
    List<Step> steps = only(Step.class, report.metrics());
    ObjectNode page = NODES.objectNode();
    page.set("run", run(report.run(), steps));
    page.set("loss", curve(steps, Step::loss));
    List<Step> taught = steps.stream().filter(step -> step.taught().isPresent()).toList();
    page.set("crossEntropy", curve(taught, Step::crossEntropy));
    page.set(
        "distillation",
        curve(distilled(taught), step -> step.taught().orElseThrow().distillation()));
    page.set("lr", curve(steps, Step::lr));
    page.set("gradNorm", curve(steps, Step::gradNorm));
    page.set("tokensPerSecond", curve(steps, Step::tokensPerSecond));
    page.put("maxPoints", Downsampling.MAX_POINTS).put("span", Smoothing.span(steps.size()));
    page.set("watch", LayerChart.of(only(LayerStats.class, report.metrics())));
    ArrayNode evaluations = page.putArray("evaluations");
    for (Evaluation evaluation : only(Evaluation.class, report.metrics())) {
      ObjectNode node = evaluations.addObject().put("step", evaluation.step());
      put(node, "loss", evaluation.evalLoss());
      put(node, "bitsPerByte", evaluation.bitsPerByte());
      put(node, "perplexity", evaluation.perplexity());
      node.put("tokens", evaluation.tokens()).put("whole", evaluation.whole());
    }
    ArrayNode validations = page.putArray("validations");
    for (Validation validation : only(Validation.class, report.metrics())) {
      ObjectNode node = validations.addObject().put("step", validation.step());
      put(node, "accuracy", validation.accuracy());
      validation
          .stage()
          .ifPresent(
              stage -> put(node.put("stage", stage.name()), "stageAccuracy", stage.accuracy()));
    }
    ArrayNode comparisons = page.putArray("comparisons");
    for (Comparison comparison : report.comparisons()) {
      put(
          comparisons.addObject().put("name", comparison.name()),
          "bitsPerByte",
          comparison.bitsPerByte());
    }
    ArrayNode samples = page.putArray("samples");
    for (Sample sample : only(Sample.class, report.metrics())) {
      samples
          .addObject()
          .put("step", sample.step())
          .put("prompt", sample.prompt())
          .put("text", sample.text());
    }
    ArrayNode layers = page.putArray("layers");
    report.kernels().forEach(picture -> layers.add(layer(picture)));
    page.set("config", report.config());
    ObjectNode environment = page.putObject("environment");
    report.environment().forEach(environment::put);
    return page;
  }

  private static List<Step> distilled(List<Step> taught) {
    return taught.stream()
        .filter(step -> !Double.isNaN(step.taught().orElseThrow().distillation()))
        .toList();
  }

  private static ObjectNode run(RunFacts run, List<Step> steps) {
    Step last = steps.isEmpty() ? new Step(0, 0, 0, 0, 0) : steps.get(steps.size() - 1);
    ObjectNode node =
        NODES
            .objectNode()
            .put("name", run.name())
            .put("parameters", run.parameters())
            .put("tokens", run.tokens())
            .put("seconds", run.time().toMillis() / 1e3)
            .put("steps", last.step())
            .put("notFinite", steps.stream().filter(PageData::skipped).count())
            .put("brokenRows", last.leftOut().brokenRows())
            .put("brokenShards", last.leftOut().brokenShards())
            .put("leftOutFiles", last.leftOut().files());
    double[] speeds =
        steps.stream()
            .mapToDouble(Step::tokensPerSecond)
            .filter(Double::isFinite)
            .sorted()
            .toArray();
    put(node, "tokensPerSecond", speeds.length == 0 ? Double.NaN : speeds[speeds.length / 2]);
    return node;
  }

  private static boolean skipped(Step step) {
    return !Double.isFinite(step.loss()) || !Double.isFinite(step.gradNorm());
  }

  private static ObjectNode curve(List<Step> steps, ToDoubleFunction<Step> value) {
    double[] y = steps.stream().mapToDouble(value).toArray();
    int[] kept = Downsampling.keep(y, Downsampling.MAX_POINTS);
    double[] smooth = Smoothing.running(y, Smoothing.span(y.length));
    ObjectNode node = NODES.objectNode();
    ArrayNode x = node.putArray("x");
    Arrays.stream(kept).forEach(i -> x.add(steps.get(i).step()));
    node.set("y", floats(y, kept));
    node.set("smooth", floats(smooth, kept));
    return node;
  }

  private static ObjectNode layer(KernelPicture picture) {
    ObjectNode node = NODES.objectNode().put("name", picture.layer());
    ArrayNode kernels = node.putArray("kernels");
    for (double[] kernel : picture.kernels()) {
      int[] kept =
          Downsampling.keep(kernel, Downsampling.MAX_POINTS / 2); // of several in one picture
      ObjectNode channel = kernels.addObject();
      ArrayNode lags = channel.putArray("x");
      Arrays.stream(kept).forEach(lags::add);
      channel.set("y", floats(kernel, kept));
    }
    node.set("re", doubles(picture.lambdaRe()));
    node.set("im", doubles(picture.lambdaIm()));
    return node;
  }

  static ArrayNode floats(double[] values, int[] indices) {
    ArrayNode node = NODES.arrayNode(indices.length);
    for (int i : indices) {
      if (Float.isFinite((float) values[i])) {
        node.add((float) values[i]);
      } else {
        node.addNull();
      }
    }
    return node;
  }

  private static ArrayNode doubles(double[] values) {
    ArrayNode node = NODES.arrayNode(values.length);
    for (double value : values) {
      if (Double.isFinite(value)) {
        node.add(value);
      } else {
        node.addNull();
      }
    }
    return node;
  }

  private static void put(ObjectNode node, String key, double value) {
    if (Double.isFinite(value)) {
      node.put(key, value);
    } else {
      node.put(key, Double.toString(value));
    }
  }

  private static <T extends MetricLine> List<T> only(Class<T> kind, List<MetricLine> lines) {
    return lines.stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
