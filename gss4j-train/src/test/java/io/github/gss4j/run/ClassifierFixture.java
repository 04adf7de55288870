package io.github.gss4j.run;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.batches.LabelledData;
import io.github.gss4j.batches.LabelledSequences;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.config.training.ClassifyConfig;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.SequenceClassifier;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.run.listener.RunListener;
import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.tracking.MetricsLog;
import io.github.gss4j.weights.PretrainedClassifier;
import io.github.gss4j.weights.TensorFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;

/** A small task of memory, and what its runs leave behind. */
final class ClassifierFixture {
  private ClassifierFixture() {}

  static final RunListener SILENT = new RunListener() {};

  /** Whether the first of some tokens comes again at the end: the memory must reach back to it. */
  record SameEnds(int size, long seed) implements LabelledSequences {
    @Override
    public int numClasses() {
      return 2;
    }

    @Override
    public int numTokens() {
      return 4;
    }

    @Override
    public int[] sequence(int index) {
      SplittableRandom random = new SplittableRandom(seed * 1000 + index);
      int[] ids = random.ints(random.nextInt(12, 17), 2, 4).toArray();
      ids[0] = random.nextInt(2);
      ids[ids.length - 1] = label(index) == 1 ? ids[0] : 1 - ids[0];
      return ids;
    }

    @Override
    public int label(int index) {
      return index % 2;
    }
  }

  static ObjectNode settings() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("num_tokens", 4).put("num_classes", 2).put("dim", 16).put("depth", 2);
    json.put("dim_expansion_factor", 2).put("dss_kernel_N", 8).put("dss_kernel_H", 16);
    json.put("init", "long_range").put("normalize_input", true).put("bidirectional", true);
    json.put("steps", 150).put("batch", 16).put("lr", 1e-2).put("warmup", 10);
    return json.put("eval_every", 50);
  }

  static ObjectNode averaged() {
    ObjectNode json = settings().put("steps", 40).put("eval_every", 10).put("lr", 3e-3);
    return json.put("ema", 0.9).put("max_bad_steps", 3).put("watch_every", 20).put("batch", 4);
  }

  static ClassifyConfig config(ObjectNode settings) {
    return ClassifyConfig.from(new JsonFields("test", settings));
  }

  static LabelledData task() {
    return new LabelledData(new SameEnds(400, 1), new SameEnds(64, 2), new SameEnds(64, 3), 0);
  }

  static SequenceClassifier load(Path directory) {
    return PretrainedClassifier.load(directory, Precision.FLOAT32, Tensors.device("cpu"));
  }

  static List<MetricLine.Validation> validations(Path run) throws IOException {
    return MetricsLog.read(run.resolve("metrics.jsonl")).stream()
        .filter(MetricLine.Validation.class::isInstance)
        .map(MetricLine.Validation.class::cast)
        .toList();
  }

  static List<Double> losses(Path run) throws IOException {
    return MetricsLog.read(run.resolve("metrics.jsonl")).stream()
        .filter(MetricLine.Step.class::isInstance)
        .map(line -> ((MetricLine.Step) line).loss())
        .toList();
  }

  /** All lines but for what a clock or a process gave. */
  static List<String> metrics(Path run) throws IOException {
    return Files.readAllLines(run.resolve("metrics.jsonl")).stream()
        .map(line -> line.replaceAll("\"(tokens_per_second|resident_bytes)\":[^,}]*", ""))
        .toList();
  }

  static double[] tensor(Path file, String name) {
    try (PointerScope scope = new PointerScope()) {
      return Tensors.toDoubles(TensorFiles.read(file, name));
    }
  }

  /** One sequence after the other, without padding. */
  static double accuracy(SequenceClassifier model, LabelledSequences sequences) {
    int right = 0;
    for (int i = 0; i < sequences.size(); i++) {
      try (PointerScope scope = new PointerScope()) {
        long[] ids = Arrays.stream(sequences.sequence(i)).asLongStream().toArray();
        double[] logits = Tensors.toDoubles(model.logits(Tensors.of(ids, 1, ids.length)).flatten());
        right += (logits[1] > logits[0] ? 1 : 0) == sequences.label(i) ? 1 : 0;
      }
    }
    return (double) right / sequences.size();
  }
}
