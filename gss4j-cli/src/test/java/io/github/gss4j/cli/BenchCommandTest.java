package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.config.GssConfig;
import io.github.gss4j.ops.Native;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code gss bench}: what it prints; how fast things are is for those who run it. */
class BenchCommandTest {
  @TempDir Path directory;

  private static JsonNode json(Object... args) throws IOException {
    List<Object> all = new ArrayList<>(List.of("bench"));
    all.addAll(List.of(args));
    String out = Command.here(all.toArray()).ok().out();
    assertThat(out.lines()).hasSize(1);
    return new ObjectMapper().readTree(out);
  }

  @Test
  void decodeMeasuresAModel() throws IOException {
    Path model = Tiny.model(directory.resolve("model"), new GssConfig(8, 8, true));
    int threads = Native.threads();
    JsonNode result =
        json(
            "decode",
            "--model",
            model,
            "--tokens",
            3,
            "--rounds",
            1,
            "--dtype",
            "bfloat16",
            "--threads",
            threads,
            "--device",
            "cpu",
            "--json");
    assertThat(result.get("dtype").asText()).isEqualTo("bfloat16");
    assertThat(result.get("file_bytes").asLong())
        .isEqualTo(model.resolve("model.safetensors").toFile().length());
    long weights = result.get("weight_bytes").asLong();
    assertThat(result.get("weight_bytes_a_token").asLong())
        .as("all but the embedding, (256, 32) in bfloat16")
        .isEqualTo(weights - 256 * 32 * 2);
    for (String figure : List.of("load_to_read", "tokens_per_second", "share_of_bandwidth")) {
      assertThat(result.get(figure).asDouble()).as(figure).isPositive();
    }
  }

  @Test
  void decodeCountsAllShards() throws IOException {
    Path model = Tiny.model(directory.resolve("model"), new GssConfig(8, 8, true));
    Path shards = directory.resolve("shards");
    Command.here("convert", model, shards, "--shard-size", "20KB").ok();
    JsonNode result =
        json(
            "decode",
            "--model",
            shards,
            "--engine",
            "torch",
            "--tokens",
            2,
            "--rounds",
            1,
            "--json");
    assertThat(result.get("file_bytes").asLong())
        .isGreaterThan(result.get("weight_bytes").asLong());
  }

  @Test
  void streamMeasuresEveryModelWithAStateOfFixedSize() throws IOException {
    JsonNode results = json("stream", "--tokens", 390, "--block", 16, "--dim", 16, "--json");
    assertThat(results).hasSize(3);
    assertThat(results.findValuesAsText("model")).containsExactly("gss", "mhesa", "hybrid");
    for (JsonNode result : results) {
      assertThat(result.get("tokens").asLong()).as("whole blocks").isEqualTo(400);
      assertThat(result.get("tokens_per_second").asDouble()).isPositive();
      assertThat(result.get("resident_bytes_at_start").asLong()).isPositive();
      assertThat(result.get("resident_bytes_after_first_blocks").asLong()).isPositive();
      assertThat(result.get("resident_bytes_at_end").asLong()).isPositive();
      assertThat(result.get("late_to_early").asDouble()).isPositive();
    }
    Object[] plain = {"bench", "stream", "--tokens", 384, "--block", 16, "--dim", 16};
    assertThat(Command.here(plain).ok().out()).contains("late to early", "hybrid");
  }

  /** What the timer of the published package prints for every workload. */
  private static final List<String> PEER =
      List.of(
          "peer",
          "torch",
          "workload",
          "variant",
          "dim",
          "depth",
          "expansion",
          "state",
          "kernel_dim",
          "vocab",
          "seq_len",
          "batch",
          "prompt_len",
          "new",
          "dtype",
          "repeats",
          "threads",
          "seconds",
          "min_seconds",
          "tokens_per_second",
          "peak_rss_mb",
          "peak_above_start_mb");

  private static final List<String> SHARE =
      List.of("dense_gflop", "matrix_gflop_per_second", "share_of_matrix_rate");

  /** Runs a tiny workload, whose result has the package's fields and some more. */
  private static JsonNode workload(String name, String dtype, String variant, List<String> more)
      throws IOException {
    String sizes =
        "--dim 16 --depth 2 --expansion 2 --state 4 --kernel-dim 8 --vocab 40 --seq-len 24"
            + " --batch 2 --prompt-len 9 --new 3 --repeats 2 --json --threads "
            + Native.threads();
    List<Object> args = new ArrayList<>(List.of(name, "--dtype", dtype, "--variant", variant));
    args.addAll(List.of(sizes.split(" ", -1)));
    JsonNode result = json(args.toArray());
    List<String> keys = new ArrayList<>(PEER);
    keys.addAll(more);
    assertThat(result.fieldNames()).toIterable().containsExactlyInAnyOrderElementsOf(keys);
    assertThat(result.get("peer").asText()).isEqualTo("gss4j");
    assertThat(result.get("workload").asText()).isEqualTo(name);
    assertThat(result.get("variant").asText()).isEqualTo(variant);
    assertThat(result.get("dtype").asText()).isEqualTo(dtype);
    assertThat(result.get("kernel_dim").asInt()).isEqualTo(8);
    assertThat(result.get("new").asInt()).isEqualTo(3);
    assertThat(result.get("seconds").asDouble())
        .isGreaterThanOrEqualTo(result.get("min_seconds").asDouble());
    assertThat(result.get("min_seconds").asDouble()).isPositive();
    double tokens = name.equals("generate") ? 3 : 2 * 24;
    assertThat(result.get("tokens_per_second").asDouble() * result.get("seconds").asDouble())
        .isCloseTo(tokens, within(1e-6));
    assertThat(result.get("peak_rss_mb").asDouble())
        .isGreaterThan(result.get("peak_above_start_mb").asDouble());
    assertThat(result.get("peak_above_start_mb").asDouble()).isNotNegative();
    return result;
  }

  private static List<String> and(String one, List<String> others) {
    List<String> all = new ArrayList<>(others);
    all.add(one);
    return all;
  }

  @Test
  void trainMeasuresAnOptimizerStep() throws IOException {
    List<String> more = and("checkpoint_layers", SHARE);
    JsonNode result = workload("train", "float32", "gss", more);
    long weights = 2 * (16 * 32 + 16 * 8 + 8 * 32 + 32 * 16) + 16 * 40; // u, v, gate, out; logits
    assertThat(result.get("dense_gflop").asDouble())
        .as("two operations a weight and token forward, four backward")
        .isCloseTo(6e-9 * 2 * 24 * (double) weights, within(1e-15));
    assertThat(result.get("share_of_matrix_rate").asDouble()).isPositive();
    workload("train", "bfloat16", "mhesa", more);
    workload("train", "float32", "dsconv", more);
  }

  @Test
  void layerAndEvalMeasureReading() throws IOException {
    JsonNode layer = workload("layer", "float32", "gss", SHARE);
    assertThat(layer.get("dense_gflop").asDouble())
        .isCloseTo(2e-9 * 2 * 24 * (16 * 32 + 16 * 8 + 8 * 32 + 32 * 16), within(1e-15));
    workload("layer", "bfloat16", "gss", SHARE);
    workload("eval", "float32", "gss", SHARE);
  }

  @Test
  void generateMeasuresPromptAndTokensApart() throws IOException {
    JsonNode result =
        workload(
            "generate",
            "float32",
            "gss",
            List.of(
                "engine",
                "streams",
                "tokens_per_second_after_first",
                "prompt_seconds",
                "weight_bytes_a_token",
                "read_bandwidth_gb_per_second",
                "share_of_bandwidth"));
    assertThat(result.get("tokens_per_second_after_first").asDouble()).isPositive();
    assertThat(result.get("prompt_seconds").asDouble()).isPositive();
  }

  @Test
  void layersThatAreComputedTwiceAreSaid() throws IOException {
    String sizes = "--dim 8 --depth 1 --state 4 --kernel-dim 8 --seq-len 8 --batch 1 --repeats 1";
    List<Object> args = new ArrayList<>(List.of("train", "--checkpoint-layers", "--json"));
    args.addAll(List.of(sizes.split(" ", -1)));
    args.addAll(List.of("--threads", Native.threads()));
    assertThat(json(args.toArray()).get("checkpoint_layers").asBoolean()).isTrue();
  }

  @Test
  void rooflineMeasuresProductsAndMemory() throws IOException {
    JsonNode result =
        json(
            "roofline",
            "--square",
            "16,32",
            "--dim",
            16,
            "--depth",
            2,
            "--vocab",
            40,
            "--rows",
            8,
            "--threads",
            Native.threads(),
            "--json");
    assertThat(result.fieldNames())
        .toIterable()
        .containsExactly(
            "processor",
            "threads",
            "torch",
            "float32_square_16_gflop_per_second",
            "float32_square_32_gflop_per_second",
            "float32_gflop_per_second",
            "float32_model_gflop_per_second",
            "bfloat16_square_16_gflop_per_second",
            "bfloat16_square_32_gflop_per_second",
            "bfloat16_gflop_per_second",
            "bfloat16_model_gflop_per_second",
            "read_gb_per_second",
            "copy_gb_per_second");
    result.properties().stream()
        .filter(figure -> figure.getKey().endsWith("_second"))
        .forEach(figure -> assertThat(figure.getValue().asDouble()).isPositive());
  }

  @Test
  void workloadsThatMakeNoSenseAreRefused() {
    for (String size :
        List.of(
            "dim",
            "depth",
            "expansion",
            "state",
            "kernel-dim",
            "vocab",
            "seq-len",
            "batch",
            "prompt-len",
            "new",
            "repeats",
            "threads")) {
      Command.here("bench", "train", "--" + size, 0).refused("--" + size + " is 0", "at least 1");
    }
    Command.here("bench", "layer", "--dtype", "int8").refused("int8", "float32 or bfloat16");
    Command.here("bench", "eval", "--variant", "lstm")
        .refused("lstm", "gss, dsconv, mhesa, attention, dss");
    Command.here("bench", "train", "--batch", 100_000, "--seq-len", 1_000_000)
        .refused("--batch × (--seq-len + 1) is 100000100000", "at most 1073741824");
    Command.here("bench", "train", "--dim", "wide").refused("--dim", "wide");
    Command.here("bench", "roofline", "--square", "16,0").refused("--square is 0", "at least 1");
    Command.here("bench", "roofline", "--rows", 5000).refused("--rows is 5000", "1 to 4096");
  }

  @Test
  void whatCannotBeMeasuredIsRefused() {
    assertThat(Command.here("bench").ok().out()).contains("roofline");
    Path model = Tiny.published("model.pt");
    Command.here("bench", "decode", "--model", model, "--tokens", 1)
        .refused("--tokens is 1", "at least 2");
    Command.here("bench", "decode", "--model", model, "--rounds", 0)
        .refused("--rounds is 0", "at least");
    Command.here("bench", "stream", "--tokens", 1000).refused("--tokens is 1000", "24 blocks");
    Command.here("bench", "stream", "--block", 0).refused("--block is 0", "1 token or more");
    Command.here("bench", "stream", "--dim", 0).refused("dim is 0", "at least 1");
  }
}
