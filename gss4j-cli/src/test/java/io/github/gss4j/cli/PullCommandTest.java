package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code gss pull}, and models that are named by {@code hf:}. */
class PullCommandTest {
  private static final LocalHub HUB = new LocalHub();

  @TempDir static Path directory;

  @BeforeAll
  static void fill() throws IOException {
    for (String file : new String[] {"model.pt", "config.json"}) {
      HUB.files.put(file, Files.readAllBytes(Tiny.published(file)));
    }
    HUB.files.put("model2.pt", Files.readAllBytes(Tiny.published("model_float16.pt")));
  }

  @AfterAll
  static void close() {
    HUB.close();
  }

  private static Command.Result gss(Map<String, String> more, Object... args) {
    Map<String, String> variables = new LinkedHashMap<>(HUB.variables(directory.resolve("cache")));
    variables.putAll(more);
    return Command.process(variables, directory, args);
  }

  @Test
  void whatIsPulledIsReadWithoutTheHub() throws IOException {
    String address = LocalHub.REPOSITORY;
    JsonNode pulled =
        new ObjectMapper().readTree(gss(Map.of(), "pull", address, "--json").ok().out());
    Path model = Path.of(pulled.get("model").asText());
    assertThat(model).hasBinaryContent(HUB.files.get("model.pt"));
    assertThat(pulled.get("commit").asText()).isEqualTo(LocalHub.COMMIT);
    assertThat(model.getParent()).isEqualTo(Path.of(pulled.get("directory").asText()));
    assertThat(HUB.tokens).containsOnly("Bearer hf_secret");

    int asked = HUB.requests.size();
    Object[] write = {
      "generate", "--model", "hf:" + address, "--prompt-ids", "1,2,3", "--greedy", "--ids"
    };
    String offline = gss(Map.of("HF_HUB_OFFLINE", "1"), write).ok().out();
    write[2] = Tiny.published("model.pt").toAbsolutePath();
    assertThat(offline).isEqualTo(Command.here(write).ok().out());
    assertThat(HUB.requests).as("asked no more").hasSize(asked);
  }

  @Test
  void aFileOfTheRepositoryCanBeNamed() throws IOException {
    Command.Result result = gss(Map.of(), "pull", "hf:" + LocalHub.REPOSITORY + "@main:model2.pt");
    assertThat(result.ok().err()).contains("fetching model2.pt").doesNotContain("hf_secret");
    assertThat(Path.of(result.out().strip())).hasBinaryContent(HUB.files.get("model2.pt"));
  }

  @Test
  void whatTheHubHasNotIsSaidInOneLine() {
    gss(Map.of(), "pull", "some-one/other").refused("some-one/other");
    gss(Map.of(), "pull", LocalHub.REPOSITORY + ":none.pt").refused("none.pt");
    gss(Map.of("HF_HUB_OFFLINE", "1"), "pull", "some-one/else").refused("some-one/else");
    Command.here("pull", "../../etc/passwd").refused("../../etc/passwd", "OWNER/NAME");
    Command.here("pull").refused("OWNER/NAME", "Missing");
  }
}
