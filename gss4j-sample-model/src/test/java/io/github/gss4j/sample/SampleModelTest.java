package io.github.gss4j.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gss4j.GssModel;
import io.github.gss4j.generation.Sampling;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleModelTest {
  @TempDir Path cache;

  @Test
  void itWritesJava() {
    try (GssModel model = GssModel.load(SampleModel.directory(cache))) {
      String text = model.generate("public static void main(String[] ", Sampling.seeded(1));
      assertThat(text).contains(";");
    }
  }

  @Test
  void aDamagedCopyIsMadeAnew() throws IOException {
    Path weights = SampleModel.directory(cache).resolve("model.safetensors");
    byte[] right = Files.readAllBytes(weights);
    Files.write(weights, new byte[right.length]);
    SampleModel.directory(cache);
    assertThat(Files.readAllBytes(weights)).isEqualTo(right);
  }

  @Test
  void whereNothingCanBeWrittenTheErrorNamesThePlace() throws IOException {
    Path file = Files.createFile(cache.resolve("taken"));
    assertThatThrownBy(() -> SampleModel.directory(file))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("taken");
  }
}
