package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code gss synthesize}: a checkpoint in the published layout. */
class SynthesizeCommandTest {
  @TempDir Path directory;

  private Path make(String name, Object seed) {
    Path out = directory.resolve(name);
    Object[] sizes = {
      "synthesize", "--out", out, "--num-tokens", 50, "--dim", 16, "--depth", 2, "--seed", seed
    };
    assertThat(Command.here(sizes).ok().out())
        .isEqualToIgnoringNewLines(out.resolve("model.pt").toString());
    return out;
  }

  @Test
  void itHasThePublishedLayoutAndIsRead() throws Exception {
    Path out = make("one", 7);
    assertThat(out.resolve("config.json")).content().contains("\"depth\": 2,").endsWith(",\n}");
    JsonNode facts = new ObjectMapper().readTree(Command.here("inspect", out, "--json").ok().out());
    assertThat(facts.get("config").get("dim").asInt()).isEqualTo(16);
    assertThat(facts.get("config").get("num_tokens").asInt()).isEqualTo(50);
    assertThat(facts.get("config").get("dss_kernel_N").asInt()).isEqualTo(512);
    assertThat(facts.get("config").get("dss_kernel_H").asInt()).isEqualTo(256);
    Object[] write = {
      "generate", "--model", out, "--prompt-ids", "1,2", "--greedy", "--ids", "--max-new-tokens", 3
    };
    assertThat(Command.here(write).ok().out()).matches("\\d+,\\d+,\\d+\\R");
  }

  @Test
  void otherSizesAndSlowModesAreTheConfigs() throws Exception {
    Path out = directory.resolve("slow");
    Object[] sizes = {
      "synthesize",
      "--out",
      out,
      "--num-tokens",
      50,
      "--dim",
      16,
      "--depth",
      1,
      "--state",
      6,
      "--kernel-dim",
      8,
      "--slow-modes",
      2
    };
    Command.here(sizes).ok();
    JsonNode facts = new ObjectMapper().readTree(Command.here("inspect", out, "--json").ok().out());
    assertThat(facts.get("config").get("dss_kernel_N").asInt()).isEqualTo(6);
    assertThat(facts.get("config").get("dss_kernel_H").asInt()).isEqualTo(8);
    assertThat(facts.get("config").get("slow_modes").asInt()).isEqualTo(2);
    JsonNode tokens = facts.get("state_spaces").get(0).get("time_constant_tokens");
    assertThat(tokens.get("max").asDouble()).isBetween(1e5, 1e6);
    assertThat(tokens.get("min").asDouble()).isLessThan(100);
  }

  @Test
  void theSeedDecidesTheWeights() throws Exception {
    byte[] one = Files.readAllBytes(make("a", 7).resolve("model.pt"));
    assertThat(make("b", 7).resolve("model.pt")).hasBinaryContent(one);
    assertThat(Files.readAllBytes(make("c", 8).resolve("model.pt"))).isNotEqualTo(one);
  }

  @Test
  void whatIsThereIsNotWrittenOver() {
    Path out = make("taken", 1);
    Command.here("synthesize", "--out", out).refused("taken", "already exists");
    Command.here("synthesize").refused("--out", "Missing");
    Path never = directory.resolve("never");
    Command.here("synthesize", "--out", never, "--dim", 0).refused("dim is 0", "at least 1");
    Command.here("synthesize", "--out", never, "--depth", 0).refused("depth is 0", "1 to 65536");
    Command.here("synthesize", "--out", never, "--num-tokens", 0)
        .refused("num_tokens is 0", "at least");
    assertThat(never).doesNotExist();
  }
}
