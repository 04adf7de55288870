package io.github.gss4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.checkpoint.PyTorchCheckpoint;
import io.github.gss4j.checkpoint.Safetensors;
import io.github.gss4j.checkpoint.TensorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What PyTorch's {@code weights_only} reads is read, what it refuses is refused. The files and what
 * PyTorch 2.15 says of them are of {@code src/test/python/make_pickle_forms.py}.
 */
class PickleFormsTest {
  private static final Path PT = Samples.resource("pt");

  static Stream<String> forms() throws IOException {
    return names("forms");
  }

  static Stream<String> refused() throws IOException {
    return names("refused");
  }

  static Stream<String> wanted() throws IOException {
    return names("wanted");
  }

  private static Stream<String> names(String directory) throws IOException {
    try (Stream<Path> files = Files.list(PT.resolve(directory))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".pt"))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("forms")
  void modelInAnyFormIsReadAsPyTorchReadsIt(String name) {
    try (PointerScope scope = new PointerScope()) {
      PyTorchCheckpoint read = PyTorchCheckpoint.open(PT.resolve("forms").resolve(name));
      Safetensors expected = Safetensors.open(PT.resolve("forms/expected.safetensors"));
      var tensors = TensorFiles.read(read.stored());
      tensors.keySet().retainAll(expected.entries().keySet());
      assertThat(TensorBits.of(tensors))
          .containsExactlyInAnyOrderEntriesOf(TensorBits.of(TensorFiles.read(expected.stored())));
    }
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatPyTorchRefusesIsRefusedWithThePythonThatHelps(String name) {
    assertThatThrownBy(() -> PyTorchCheckpoint.open(PT.resolve("refused").resolve(name)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("which PyTorch's weights_only refuses too; nothing was executed")
        .hasMessageContaining("torch.load('" + name + "', weights_only=False)")
        .hasMessageContaining("v.cpu()");
  }

  @ParameterizedTest
  @MethodSource("wanted")
  void tensorThatIsNotReadIsAnErrorOnlyWhereItIsWanted(String name) {
    try (PointerScope scope = new PointerScope()) {
      TensorSource source = TensorSource.open(PT.resolve("wanted").resolve(name));
      assertThat(TensorReader.read(source.get("bias")).numel()).isEqualTo(4);
      assertThat(source.others()).containsOnlyKeys("weight");
      assertThatThrownBy(() -> source.get("weight"))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("tensor 'weight' is " + source.others().get("weight"))
          .hasMessageContaining("convert it in Python");
    }
  }

  @Test
  void whatLiesBesideIsNamed() {
    PyTorchCheckpoint beside = PyTorchCheckpoint.open(PT.resolve("forms/sparse_beside.pt"));
    assertThat(beside.ignored()).containsExactly("other", "loss");
    PyTorchCheckpoint within = PyTorchCheckpoint.open(PT.resolve("forms/in_the_same_dict.pt"));
    assertThat(within.others())
        .containsEntry("u16", "a tensor of type torch.uint16")
        .containsEntry("sparse", "a sparse tensor")
        .containsEntry("negated", "a lazily negated or conjugated tensor");
  }
}
