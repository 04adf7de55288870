package io.github.gss4j.weights;

import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PyTorchFuzzTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dtypes_legacy",
        "views",
        "parameters",
        "protocol_4",
        "training_state_legacy",
        "zip64"
      })
  @Timeout(120)
  void everySpoiltFileIsReadOrRefused(String name) throws IOException {
    Fuzz.everyMutationIsReadOrRefused(
        Samples.resource("pt/" + name + ".pt"),
        directory.resolve("spoilt.pt"),
        file -> TensorFiles.read(file).values().stream().mapToLong(Tensor::nbytes).sum());
  }
}
