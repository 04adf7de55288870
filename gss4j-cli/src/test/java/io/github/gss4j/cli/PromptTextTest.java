package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A prompt is taken as it is. */
class PromptTextTest {
  @TempDir static Path directory;
  private static Path model;

  @BeforeAll
  static void model() throws Exception {
    model = directory.resolve("run");
    Command.here(Tiny.train(Tiny.text(directory), "--out", model, "--steps", 1)).ok();
    Files.writeString(directory.resolve("docs"), "--greedy");
  }

  private static String written(Object... args) {
    List<Object> all = new ArrayList<>(List.of("generate", "--model", model));
    all.addAll(List.of("--max-new-tokens", 0));
    all.addAll(List.of(args));
    return Command.here(all.toArray()).ok().out();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"@@ -1,3 +1,4 @@", "@docs", "@", "a @b", "\"quoted\"", "x=y", " -1", "%d"})
  void aPromptIsTakenAsItIs(String text) {
    assertThat(written("--prompt", text)).isEqualTo(text + System.lineSeparator());
    assertThat(written("--prompt=" + text)).isEqualTo(text + System.lineSeparator());
    assertThat(written("--prompt", "a", "--stop", text)).startsWith("a");
    assertThat(written("--prompt", "a", "--stop=" + text)).startsWith("a");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--greedy", "--", "-", "-1", "--prompt=x", "--stop", "=", "\"--ids\""})
  void behindAnEqualsSignAPromptMayLookLikeAFlag(String text) {
    assertThat(written("--prompt=" + text)).isEqualTo(text + System.lineSeparator());
    assertThat(written("--prompt=" + text, "--prompt", "b", "--prompt=" + text))
        .isEqualTo(String.join(System.lineSeparator(), text, "b", text, ""));
    assertThat(written("--prompt=a", "--stop=" + text, "--stop=b")).startsWith("a");
  }

  @Test
  void aFileNameBehindAnAtSignIsNoFileOfArguments() throws Exception {
    Path file = Files.writeString(directory.resolve("arguments"), "--version");
    Command.here("@" + file).refused("@" + file);
    Path run = directory.resolve("sampled");
    Command.here(
            Tiny.train(
                Tiny.text(directory),
                "--out",
                run,
                "--steps",
                1,
                "--sample-every",
                1,
                "--prompt=--greedy"))
        .ok();
    assertThat(Files.readString(run.resolve("run.json"))).contains("\"--greedy\"");
  }

  @Test
  void inTheLocaleCTextGoesOutAsUtf8() {
    Map<String, String> plain = Map.of("LC_ALL", "C");
    Object[] write = {"generate", "--model", model, "--max-new-tokens", 0};
    List<Object> ids = new ArrayList<>(List.of(write));
    ids.addAll(List.of("--prompt-ids", "195,182,230,188,162"));
    assertThat(Command.process(plain, directory, ids.toArray()).ok().out()).startsWith("ö漢");
  }

  @Test
  void aFlagThatFollowsWithoutAnEqualsSignIsAMistake() {
    Command.here("generate", "--model", model, "--prompt", "--greedy")
        .refused("'--prompt'", "'--greedy'");
  }
}
