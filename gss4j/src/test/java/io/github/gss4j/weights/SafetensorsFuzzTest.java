package io.github.gss4j.weights;

import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFuzzTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"pt/dtypes", "reference/pretrained_form/greedy"})
  @Timeout(120)
  void everySpoiltFileIsReadOrRefused(String name) throws IOException {
    Fuzz.everyMutationIsReadOrRefused(
        Samples.resource(name + ".safetensors"),
        directory.resolve("spoilt.safetensors"),
        file -> TensorFiles.read(file).values().stream().mapToLong(Tensor::nbytes).sum());
  }
}
