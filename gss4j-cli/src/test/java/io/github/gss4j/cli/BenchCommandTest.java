package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.layers.DssConfig;
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
    Path model = Tiny.model(directory.resolve("model"), new DssConfig(8, 8, true));
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
    Path model = Tiny.model(directory.resolve("model"), new DssConfig(8, 8, true));
    Path shards = directory.resolve("shards");
    Command.here("convert", model, shards, "--shard-size", "20KB").ok();
    JsonNode result = json("decode", "--model", shards, "--tokens", 2, "--rounds", 1, "--json");
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

  @Test
  void whatCannotBeMeasuredIsRefused() {
    Command.here("bench").refused("which benchmark", "--help");
    Command.here("bench", "decode").refused("--model", "Missing");
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
