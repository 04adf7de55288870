package io.github.gss4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.checkpoint.Safetensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
  private final PointerScope scope = new PointerScope();

  @TempDir Path directory;

  @AfterEach
  void free() {
    scope.close();
  }

  @Test
  void writtenTensorsOfEveryTypeAreReadBackBitForBit() throws IOException {
    Path file = directory.resolve("written.safetensors");
    Map<String, Tensor> tensors = Samples.tensors();
    Map<String, String> metadata = Map.of("class", "GSS", "Λ", "\"quoted\"\n");
    TensorFiles.write(file, tensors, metadata);
    Safetensors read = Safetensors.open(file);
    assertThat(TensorBits.of(TensorFiles.read(read.file())))
        .containsExactlyEntriesOf(TensorBits.of(tensors));
    assertThat(read.metadata()).isEqualTo(metadata);
  }

  @Test
  void tensorsAreThoseThatThePythonLibraryWrote() {
    Safetensors file = Safetensors.open(Samples.resource("pt/dtypes.safetensors"));
    Map<String, Tensor> expected = TensorFiles.read(Samples.resource("pt/dtypes.pt"));
    assertThat(TensorBits.of(TensorFiles.read(file.file())))
        .containsExactlyInAnyOrderEntriesOf(TensorBits.of(expected));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[0,16]},'b':{'dtype':'I32','shape':[4],'data_offsets':[8,24]}}"
            + " | tensor 'b': lies at bytes 8 to 24 of the data, expected to begin at 16",
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[24,40]}}"
            + " | lies at bytes 24 to 40 of the data, expected to begin at 0",
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[16,0]}} | but -16 are given",
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[-16,0]}} | lies at bytes -16 to 0",
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[0,9223372036854775807]}} | are given",
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[0,92233720368547758080]}} | needs dtype",
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[0,16.0]}} | needs dtype, shape and",
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[0]}} | needs dtype, shape and",
        "{'a':{'dtype':'F32','shape':[4]}} | needs dtype, shape and data_offsets",
        "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,16]}}"
            + " | F32 of shape [3] takes 12 bytes, but 16 are given",
        "{'a':{'dtype':'F32','shape':[-4],'data_offsets':[0,16]}} | shape is (-4)",
        "{'a':{'dtype':'F32','shape':[-2,-2],'data_offsets':[0,16]}} | shape is (-2, -2)",
        "{'a':{'dtype':'F32','shape':['4'],'data_offsets':[0,16]}} | shape is [\"4\"]",
        "{'a':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,0]}}"
            + " | larger than any file",
        "{'a':{'dtype':'F32','shape':[0,4294967296,4294967296],'data_offsets':[0,0]}}"
            + " | larger than any file",
        "{'a':{'dtype':'C128','shape':[2],'data_offsets':[0,32]}}"
            + " | dtype is C128, which the format does not have",
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[0,16]},"
            + "'a':{'dtype':'F32','shape':[4],'data_offsets':[16,32]}} | Duplicate field 'a'",
        "{'a':3} | needs dtype, shape and data_offsets",
        "[1,2] | is not a JSON object",
        "{'a': | is not JSON",
        "{} {} | is not JSON",
        "{'a\\nb':3} | tensor 'a b'",
      })
  void unsoundHeaderIsRefusedInOneLine(String header, String reason) throws IOException {
    Path file = file(header.replace('\'', '"'));
    assertThatThrownBy(() -> Safetensors.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(reason)
        .message()
        .matches("[^\\p{Cntrl}]*");
  }

  @ParameterizedTest
  @ValueSource(longs = {1L << 60, Long.MAX_VALUE, -1, Long.MIN_VALUE, 1000, 1, 0})
  void headerLengthBeyondTheFileIsRefused(long length) throws IOException {
    Path file = directory.resolve("length.safetensors");
    byte[] bytes = new byte[40];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    Files.write(file, bytes);
    assertThatThrownBy(() -> Safetensors.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("claims a header of " + Long.toUnsignedString(length) + " bytes");
  }

  @Test
  void fileCutShortAnywhereIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(Samples.resource("pt/dtypes.safetensors"));
    Path file = directory.resolve("cut.safetensors");
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> Safetensors.open(file))
          .as("%d of %d bytes", length, whole.length)
          .isInstanceOf(CheckpointException.class);
    }
  }

  @Test
  void fileCutShortAfterOpeningIsAnErrorAndNoCrash() throws IOException {
    Path file =
        Files.copy(Samples.resource("pt/dtypes.safetensors"), directory.resolve("a.safetensors"));
    Safetensors open = Safetensors.open(file);
    Files.write(file, new byte[10]);
    assertThatThrownBy(() -> TensorReader.read(open.stored().get("float64")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("tensor 'float64'")
        .hasMessageContaining("cut short");
  }

  @Test
  void absentTensorIsNamed() {
    Safetensors file = Safetensors.open(Samples.resource("pt/dtypes.safetensors"));
    assertThatThrownBy(() -> TensorFiles.read(file.file(), "nothing"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("has no tensor 'nothing'");
  }

  /** A file with that header and 32 bytes of data. */
  private Path file(String header) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    byte[] bytes = new byte[8 + json.length + 32];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).put(json);
    return Files.write(directory.resolve("header.safetensors"), bytes);
  }
}
