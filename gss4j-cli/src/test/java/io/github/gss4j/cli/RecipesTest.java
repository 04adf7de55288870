package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.cli.run.RunOptions;
import io.github.gss4j.cli.train.DemoCommand;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.run.inputs.RunConfigs;
import io.github.gss4j.run.inputs.RunContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The recipes in {@code configs/}. */
class RecipesTest {
  private static final Path CONFIGS = Path.of("../configs");

  private static List<Path> recipes(String command) throws IOException {
    try (Stream<Path> files = Files.list(CONFIGS)) {
      return files
          .filter(file -> text(file).contains(command + " --config configs/" + file.getFileName()))
          .sorted()
          .toList();
    }
  }

  static List<Path> runs() throws IOException {
    return recipes("train");
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void eachSaysTheCommandThatTakesIt() throws IOException {
    try (Stream<Path> files = Files.list(CONFIGS)) {
      assertThat(recipes("train").size() + recipes("classify").size() + recipes("study").size())
          .isEqualTo(files.count());
    }
    assertThat(runs()).hasSizeGreaterThan(5);
  }

  private static ObjectNode read(Path file) {
    try {
      return RunOptions.read(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static TrainConfig parse(Path file) {
    return RunOptions.parse(read(file), file.toString(), TrainConfig.defaults());
  }

  @ParameterizedTest
  @MethodSource("runs")
  void aRecipeIsARunsConfigAndSaysWhatItNeeds(Path file) {
    assertThat(parse(file).schedule().steps()).isPositive();
    assertThat(text(file)).contains("// Hardware").contains("// Expected");
  }

  @Test
  void theDemosRecipeIsTheDemo(@TempDir Path cache) {
    Path file = CONFIGS.resolve("demo.json");
    RunContext context = RunContext.offline(cache);
    assertThat(RunConfigs.begin(read(file), file.toString(), TrainConfig.defaults(), context))
        .isEqualTo(DemoCommand.recipe());
  }
}
