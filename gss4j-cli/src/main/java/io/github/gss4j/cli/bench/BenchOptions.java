package io.github.gss4j.cli.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.config.LayerConfig;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.ops.Native;
import io.github.gss4j.tracking.Environment;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import picocli.CommandLine.Option;

/**
 * The size of a workload. Names, defaults and results are those of the timer of the published
 * package, so that one line of arguments drives both programs; as there, every workload takes every
 * option and repeats it in its result.
 */
final class BenchOptions {
  /** Where weights and tokens start. */
  static final long SEED = 0;

  private static final long MOST_IDS = 1 << 30;

  @Option(
      names = "--variant",
      defaultValue = "gss",
      paramLabel = "KIND",
      description = "gss (default), dsconv, mhesa, dss or attention")
  String variant;

  @Option(names = "--dim", defaultValue = "512", description = "the model's width (default 512)")
  int dim;

  @Option(names = "--depth", defaultValue = "8", description = "its layers (default 8)")
  int depth;

  @Option(
      names = "--expansion",
      defaultValue = "4",
      description = "how many times wider the gated space is (default 4)")
  int expansion;

  @Option(
      names = "--state",
      defaultValue = "512",
      paramLabel = "N",
      description = "modes of the state space (default 512)")
  int state;

  @Option(
      names = "--kernel-dim",
      defaultValue = "256",
      paramLabel = "H",
      description = "channels of the state space (default 256)")
  int kernelDim;

  @Option(names = "--vocab", defaultValue = "256", description = "different tokens (default 256)")
  int vocab;

  @Option(
      names = "--seq-len",
      defaultValue = "4096",
      paramLabel = "TOKENS",
      description = "of a sequence in train, layer and eval (default 4096)")
  int seqLen;

  @Option(
      names = "--batch",
      defaultValue = "4",
      description = "sequences in train, layer and eval (default 4)")
  int batch;

  @Option(
      names = "--prompt-len",
      defaultValue = "4096",
      paramLabel = "TOKENS",
      description = "that generate reads first (default 4096)")
  int promptLen;

  @Option(
      names = "--new",
      defaultValue = "16",
      paramLabel = "TOKENS",
      description = "that generate reads one by one after its prompt (default 16)")
  int written;

  @Option(
      names = "--dtype",
      defaultValue = "float32",
      paramLabel = "TYPE",
      description = "float32 (default) or bfloat16; generate also int8")
  String dtype;

  @Option(
      names = "--repeats",
      defaultValue = "3",
      description = "measured after one warm-up; the median counts (default 3)")
  int repeats;

  @Option(names = "--threads", defaultValue = "2", description = "threads (default 2)")
  int threads;

  @Option(names = "--json", description = "print the result as one JSON object")
  boolean json;

  /** Sizes by the names they have in results. */
  private Map<String, Integer> sizes() {
    Map<String, Integer> sizes = new LinkedHashMap<>();
    sizes.put("dim", dim);
    sizes.put("depth", depth);
    sizes.put("expansion", expansion);
    sizes.put("state", state);
    sizes.put("kernel_dim", kernelDim);
    sizes.put("vocab", vocab);
    sizes.put("seq_len", seqLen);
    sizes.put("batch", batch);
    sizes.put("prompt_len", promptLen);
    sizes.put("new", written);
    sizes.put("repeats", repeats);
    sizes.put("threads", threads);
    return sizes;
  }

  /** Checks the options and sets the threads. */
  void begin() {
    begin(List.of("float32", "bfloat16"));
    Native.threads(threads);
  }

  /** Checks the options of a workload that knows some dtypes. */
  void begin(List<String> dtypes) {
    sizes().forEach(BenchOptions::atLeastOne);
    if (batch * (seqLen + 1L) > MOST_IDS) {
      throw new IllegalArgumentException(
          "--batch × (--seq-len + 1) is %d, expected at most %d"
              .formatted(batch * (seqLen + 1L), MOST_IDS));
    }
    if (!dtypes.contains(dtype)) {
      throw new IllegalArgumentException(
          "--dtype is '" + dtype + "', expected " + String.join(" or ", dtypes));
    }
    layer();
  }

  /** Refuses a size below 1, by its name in results. */
  static void atLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(
          "--%s is %d, expected at least 1".formatted(name.replace('_', '-'), value));
    }
  }

  /** One layer, as the timer of the published package makes it. */
  LayerConfig layer() {
    ObjectNode options = JsonNodeFactory.instance.objectNode();
    options.put("dss_kernel_N", state).put("dss_kernel_H", kernelDim).put("max_seq_len", 1 << 20);
    return LayerConfig.named(variant).read(new JsonFields("--variant", options));
  }

  /** The model of those layers. */
  ModelConfig model() {
    return ModelConfig.of(vocab, dim, depth)
        .withExpansion(expansion)
        .withLayers(Collections.nCopies(depth, layer()));
  }

  /** Tokens of all sequences of train, layer and eval. */
  long tokens() {
    return (long) batch * seqLen;
  }

  /** Random ids, the same each time. */
  long[] randomIds(long count) {
    return new SplittableRandom(SEED).longs(count, 0, vocab).toArray();
  }

  /** The beginning of a result: the program and the options. */
  ObjectNode result(String workload) {
    ObjectNode result = BenchResult.empty();
    result.put("peer", "gss4j").put("torch", Environment.facts().get("libtorch"));
    result.put("workload", workload).put("variant", variant);
    sizes().forEach(result::put);
    return result.put("dtype", dtype);
  }
}
