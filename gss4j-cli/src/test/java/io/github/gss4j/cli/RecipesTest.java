package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.trainer.TrainConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The recipes in {@code configs/}. */
class RecipesTest {
  private static final Path CONFIGS = Path.of("../configs");

  static List<Path> recipes() throws IOException {
    try (Stream<Path> files = Files.list(CONFIGS)) {
      return files.filter(file -> read(file).has("steps")).sorted().toList();
    }
  }

  private static ObjectNode read(Path file) {
    try {
      return RunOptions.read(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static TrainConfig parse(Path file) {
    return RunOptions.parse(read(file), file.toString(), Presets.train());
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void aRecipeIsARunsConfigAndSaysWhatItNeeds(Path file) throws IOException {
    assertThat(parse(file).steps()).isPositive();
    String text = Files.readString(file);
    assertThat(text).contains("--config configs/" + file.getFileName());
    if (!file.endsWith("distill-small.json")) {
      assertThat(text).contains("// Hardware").contains("// Expected");
    }
  }

  @Test
  void theDemosRecipeIsTheDemo() {
    assertThat(parse(CONFIGS.resolve("demo.json"))).isEqualTo(Presets.demo());
  }
}
