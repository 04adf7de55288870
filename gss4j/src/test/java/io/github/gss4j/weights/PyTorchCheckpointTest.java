package io.github.gss4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.checkpoint.PyTorchCheckpoint;
import io.github.gss4j.checkpoint.Safetensors;
import io.github.gss4j.checkpoint.TensorSource;
import io.github.gss4j.checkpoint.TensorType;
import io.github.gss4j.ops.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PyTorchCheckpointTest {
  private final PointerScope scope = new PointerScope();

  @TempDir Path directory;

  @AfterEach
  void free() {
    scope.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dtypes",
        "dtypes_legacy",
        "views",
        "views_legacy",
        "parameters",
        "protocol_3",
        "protocol_4",
        "protocol_5",
        "training_state",
        "training_state_legacy",
        "restored",
        "zip64"
      })
  void tensorsAreThoseThatPyTorchSaved(String name) {
    PyTorchCheckpoint checkpoint = PyTorchCheckpoint.open(Samples.resource("pt/" + name + ".pt"));
    Safetensors expected = Safetensors.open(Samples.resource("pt/" + name + ".safetensors"));
    assertThat(TensorBits.of(TensorFiles.read(checkpoint.file())))
        .containsExactlyInAnyOrderEntriesOf(TensorBits.of(TensorFiles.read(expected.file())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"model", "model_legacy_format", "model_nested"})
  void publishedModelIsTheSameInEveryForm(String name) {
    Path file = Samples.resource("reference/pretrained_form/" + name + ".pt");
    Safetensors expected = Safetensors.open(Samples.resource("pt/pretrained_form.safetensors"));
    assertThat(TensorBits.of(TensorFiles.read(file)))
        .containsExactlyInAnyOrderEntriesOf(TensorBits.of(TensorFiles.read(expected.file())));
  }

  @Test
  void publishedFloat16ModelIsTheFloat32ModelRounded() {
    Map<String, Tensor> rounded =
        TensorFiles.read(Samples.resource("pt/pretrained_form.safetensors"));
    rounded.replaceAll((name, tensor) -> tensor.to(torch.ScalarType.Half));
    Path file = Samples.resource("reference/pretrained_form/model_float16.pt");
    assertThat(TensorBits.of(TensorFiles.read(file)))
        .containsExactlyInAnyOrderEntriesOf(TensorBits.of(rounded));
  }

  @Test
  void entriesTellWhereViewsLie() {
    var entries = PyTorchCheckpoint.open(Samples.resource("pt/views.pt")).entries();
    assertThat(entries.get("tied")).isEqualTo(entries.get("base"));
    assertThat(entries.get("every_second"))
        .isEqualTo(
            new PyTorchCheckpoint.Entry(
                TensorType.F32,
                List.of(3L, 3L),
                List.of(16L, 3L),
                entries.get("base").storage(),
                1));
    assertThat(entries.keySet()).startsWith("base", "tied", "transposed", "row", "column");
  }

  @ParameterizedTest
  @ValueSource(strings = {"training_state", "training_state_legacy", "protocol_5"})
  void allThatIsLeftOutIsListed(String name) {
    PyTorchCheckpoint checkpoint = PyTorchCheckpoint.open(Samples.resource("pt/" + name + ".pt"));
    assertThat(checkpoint.entries().keySet()).containsExactly("weight", "bias", "inner.weight");
    assertThat(checkpoint.ignored())
        .containsExactlyInAnyOrder(
            "epoch",
            "loss",
            "large",
            "best",
            "done",
            "seen",
            "bytes",
            "size",
            "dtype",
            "device",
            "storage",
            "list",
            "optimizer",
            "state_dict.version",
            "state_dict.inner.name");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "os_system | names 'os.system'",
        "os_system_protocol_4 | names 'posix.system'",
        "eval | names '__builtin__.eval'",
        "bare_pickle | names 'os.system'",
        "instance_of_class | has operation 0x69",
        "zip_bomb | 'archive/data/0' compressed, 32617 bytes that say they become 33554432",
        "deflated | compressed",
        "beyond_storage | shape (4) with strides (1) at offset 1 reaches outside its storage of 4",
        "beyond_storage_by_strides | reaches outside its storage of 4",
        "storage_shorter_than_claimed | 5 elements of F32 are claimed, but it has 16 bytes",
        "storage_of_huge_claim | elements of F32 are claimed, but it has 16 bytes",
        "storage_of_negative_claim | -4 elements of F32 are claimed, but it has 16 bytes",
        "negative_offset | offset -1",
        "negative_shape | tensor 'w': shape is (-2)",
        "negative_stride | strides (-1)",
        "too_few_strides | shape is (2, 2) with strides (1)",
        "overlapping_elements | has 1099511627776 elements of shape (1099511627776) in a storage",
        "shape_overflow | shape (4294967296, 4294967296) is larger than any file",
        "many_dimensions | of 65 dimensions",
        "wrong_dtype | 4 elements of torch.ComplexFloatStorage are claimed, but it has 16 bytes",
        "wrong_dtype_of_late_pytorch | of type torch.uint16",
        "overlapping_entries | over the bytes of another",
        "parent_directory | has no entry 'archive/data/../../../etc/passwd'",
        "symbolic_link | 4 elements of F32 are claimed, but it has 11 bytes",
        "big_endian | has byte order 'big'",
        "several_dicts | several dicts of tensors, ['encoder', 'decoder']",
        "no_tensors | without tensors",
        "a_list | holds a list",
        "circle | in a circle",
        "deep | more than 100 deep",
        "doubling | holds one dict of tensors twice",
        "repeated_storage | tensors of 1600 bytes in storages of 16",
        "long_names | names of more than 67108864 characters",
        "huge_text | claims 4611686018427387904 bytes more",
        "huge_bytes | claims 2147483647 bytes more",
        "huge_integer | has operation 0x8b",
        "line_break | tensor 'w SECOND LINE [31m': shape is (-1)",
      })
  void hostileFileIsRefusedInOneLine(String name, String reason) {
    Path file = Samples.resource("pt/hostile/" + name + ".pt");
    assertThatThrownBy(() -> PyTorchCheckpoint.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(reason)
        .message()
        .matches("[^\\p{Cntrl}]*")
        .hasSizeLessThan(1000 + file.toString().length() + 10);
  }

  @ParameterizedTest
  @ValueSource(strings = {"views", "views_legacy"})
  void fileCutShortAnywhereIsRefused(String name) throws IOException {
    byte[] whole = Files.readAllBytes(Samples.resource("pt/" + name + ".pt"));
    Path file = directory.resolve("cut.pt");
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> PyTorchCheckpoint.open(file))
          .as("%d of %d bytes", length, whole.length)
          .isInstanceOf(CheckpointException.class);
    }
  }

  @Test
  void fileCutShortAfterOpeningIsAnErrorAndNoCrash() throws IOException {
    Path file = Files.copy(Samples.resource("pt/views.pt"), directory.resolve("a.pt"));
    PyTorchCheckpoint checkpoint = PyTorchCheckpoint.open(file);
    Files.write(file, new byte[10]);
    assertThatThrownBy(() -> TensorReader.read(checkpoint.stored().get("transposed")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("tensor 'transposed'")
        .hasMessageContaining("cut short");
  }

  @Test
  void fileMayBeASymbolicLink() throws IOException {
    Path file = Files.copy(Samples.resource("pt/views.pt"), directory.resolve("file.pt"));
    Path link = Files.createSymbolicLink(directory.resolve("link.pt"), file);
    assertThat(PyTorchCheckpoint.open(link).entries()).containsKey("base");
  }

  @Test
  void absentFileAndAbsentTensorAreNamed() {
    assertThatThrownBy(() -> PyTorchCheckpoint.open(directory.resolve("none.pt")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("none.pt: cannot be read: no such file");
    PyTorchCheckpoint checkpoint = PyTorchCheckpoint.open(Samples.resource("pt/views.pt"));
    assertThatThrownBy(() -> TensorFiles.read(checkpoint.file(), "nothing"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("has no tensor 'nothing'");
  }

  @Test
  void tensorIsACopyOfItsOwn() {
    PyTorchCheckpoint checkpoint = PyTorchCheckpoint.open(Samples.resource("pt/views.pt"));
    Tensor base = TensorFiles.read(checkpoint.file(), "base");
    Tensor tied = TensorFiles.read(checkpoint.file(), "tied");
    base.zero_();
    assertThat(Tensors.toFloats(tied)).isNotEqualTo(Tensors.toFloats(base));
  }

  @Test
  void writtenTensorsAreReadBackBitForBit() throws IOException {
    Path file = directory.resolve("written.pt");
    Map<String, Tensor> tensors = Samples.tensors();
    TensorFiles.writePyTorch(file, tensors);
    PyTorchCheckpoint read = PyTorchCheckpoint.open(file);
    assertThat(TensorBits.of(TensorFiles.read(read.file())))
        .containsExactlyEntriesOf(TensorBits.of(tensors));
    assertThat(read.ignored()).isEmpty();
  }

  @Test
  void equalTensorsMakeEqualFilesWithAlignedStorages() throws IOException {
    Path file = directory.resolve("one.pt");
    Path again = directory.resolve("two.pt");
    TensorFiles.writePyTorch(file, Samples.tensors());
    TensorFiles.writePyTorch(again, Samples.tensors());
    assertThat(again).hasSameBinaryContentAs(file);
    assertThat(TensorSource.open(file).tensors().values())
        .allSatisfy(tensor -> assertThat(tensor.position() % 64).isZero());
  }

  @Test
  void typeThatNoCheckpointHoldsIsNotWritten() {
    Tensor complex = torch.zeros(new long[] {2}).to(torch.ScalarType.ComplexFloat);
    assertThatThrownBy(
            () -> TensorFiles.writePyTorch(directory.resolve("c.pt"), Map.of("w", complex)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ComplexFloat");
  }
}
