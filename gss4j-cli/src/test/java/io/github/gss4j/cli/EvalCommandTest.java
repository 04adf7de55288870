package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.config.GssConfig;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code gss eval}: a text as one stream, and in windows. */
class EvalCommandTest {
  @TempDir Path directory;

  @Test
  void windowsStandBesideTheStream() throws IOException {
    Path text = Tiny.text(directory);
    Path model = Tiny.model(directory.resolve("model"), new GssConfig(8, 8, true));
    Object[] eval = {"eval", "--model", model, "--data", text, "--windows", 64};
    assertThat(Command.here(eval).ok().out()).contains("one stream: loss ", "windows of 64: loss ");
    JsonNode json =
        new ObjectMapper()
            .readTree(
                Command.here("eval", "--model", model, "--data", text, "--windows", 64, "--json")
                    .ok()
                    .out());
    JsonNode windows = json.get("windows");
    assertThat(windows.get("length").asInt()).isEqualTo(64);
    assertThat(windows.get("tokens")).isEqualTo(json.get("tokens"));
    assertThat(windows.get("loss").asDouble())
        .isNotEqualTo(json.get("loss").asDouble())
        .isCloseTo(json.get("loss").asDouble(), within(1.0));
    Command.here("eval", "--model", model, "--data", text, "--windows", 0)
        .refused("windows is 0, expected at least 1 token");
  }

  @Test
  void farRepeatsStandApart() throws IOException {
    Path text = Tiny.text(directory);
    Path model = Tiny.model(directory.resolve("model"), new GssConfig(8, 8, true));
    Object[] eval = {"eval", "--model", model, "--data", text, "--far-repeats"};
    assertThat(Command.here(eval).ok().out())
        .contains("one stream: loss ", "far repeats, ", "the rest: loss ");
    JsonNode json =
        new ObjectMapper()
            .readTree(
                Command.here("eval", "--model", model, "--data", text, "--far-repeats", "--json")
                    .ok()
                    .out());
    assertThat(
            json.get("far_repeats").get("tokens").asLong()
                + json.get("rest").get("tokens").asLong())
        .isEqualTo(json.get("tokens").asLong());
    Command.here("eval", "--model", model, "--ids-file", text, "--far-repeats")
        .refused("--windows and --far-repeats go with --data");
  }
}
