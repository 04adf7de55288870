package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.config.GssConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a new run is made of where nothing is said. */
class RecipeTest {
  @TempDir private Path directory;

  private Path text;

  @BeforeEach
  void aText() throws IOException {
    text = Tiny.text(directory);
  }

  private JsonNode run(String name, Object... more) throws IOException {
    Path out = directory.resolve(name);
    Command.here(Tiny.train(text, with(more, "--out", out, "--steps", 1))).ok();
    return settings(out);
  }

  private static Object[] with(Object[] some, Object... more) {
    return Stream.concat(Stream.of(some), Stream.of(more)).toArray();
  }

  private static JsonNode settings(Path run) throws IOException {
    return new ObjectMapper().readTree(run.resolve("run.json").toFile());
  }

  private static void assertPublished(JsonNode run) {
    assertThat(run.get("init").asText()).isEqualTo("random");
    assertThat(run.has("short_conv")).isFalse();
    assertThat(run.get("optimizer").asText()).isEqualTo("adamw");
    assertThat(run.get("state_passing").asInt()).isZero();
  }

  @Test
  void aNewModelIsMadeAsRecommended() throws IOException {
    JsonNode run = run("new");
    assertThat(run.get("init").asText()).isEqualTo("two_scale");
    assertThat(run.get("slow_modes").asInt()).as("half of the 8").isEqualTo(4);
    assertThat(run.get("short_conv").asInt()).isEqualTo(4);
    assertThat(run.get("optimizer").asText()).isEqualTo("muon");
    assertThat(run.get("state_passing").asInt()).isEqualTo(32);
  }

  @Test
  void thePublishedOneIsAFlagAway() throws IOException {
    assertPublished(run("published", "--recipe", "published"));
    Command.here("train", "--data", text, "--recipe", "mine")
        .refused("--recipe is 'mine', expected one of ", "published");
  }

  @Test
  void whatAFileLeavesOpenIsAsItAlwaysWas() throws IOException {
    Path file = Files.writeString(directory.resolve("earlier.json"), "{}");
    assertPublished(run("by-file", "--config", file));
    JsonNode recommended = run("recommended", "--config", file, "--recipe", "recommended");
    assertThat(recommended.get("optimizer").asText()).isEqualTo("muon");
  }

  @Test
  void aLearnedModelIsTrainedOnAsItIs() throws IOException {
    Path model = Tiny.model(directory.resolve("model"), new GssConfig(8, 8, true));
    assertPublished(run("tuned", "--depth", 1, "--start-from", model));
  }

  @Test
  void statesThatGrowAreNotPassedOn() throws IOException {
    Path out = directory.resolve("dsconv");
    String sizes = "train --mixer dsconv --dim 32 --depth 1 --heads 2 --dim-dsconv 8 --seq-len 64";
    Object[] flags = sizes.split(" ", -1);
    Object[] run = {"--data", text, "--out", out, "--steps", 1, "--dtype", "float32"};
    Command.here(with(flags, run)).ok();
    assertThat(settings(out).get("state_passing").asInt()).isZero();
  }

  @Test
  void flagsGoWithIt() throws IOException {
    assertThat(run("start", "--init", "random").has("slow_modes")).isFalse();
    assertThat(run("adamw", "--optimizer", "adamw").get("init").asText()).isEqualTo("two_scale");
    Command.here("train", "--resume", directory.resolve("adamw"), "--recipe", "published")
        .refused("leave out --config, --recipe and --out");
  }
}
