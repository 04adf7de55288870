package io.github.gss4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.checkpoint.Safetensors;
import io.github.gss4j.checkpoint.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The safetensors library (0.8.0) reads and refuses the same. */
class SafetensorsFormatTest {
  private static final String ONE = "{'dtype':'F32','shape':[1],'data_offsets':[0,4]}";

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "F64, 64",
    "F32, 32",
    "F16, 16",
    "BF16, 16",
    "I64, 64",
    "I32, 32",
    "I16, 16",
    "I8, 8",
    "U8, 8",
    "BOOL, 8",
    "C64, 64",
    "U64, 64",
    "U32, 32",
    "U16, 16",
    "F8_E4M3, 8",
    "F8_E5M2, 8",
    "F8_E8M0, 8",
    "F8_E4M3FNUZ, 8",
    "F8_E5M2FNUZ, 8",
    "F6_E2M3, 6",
    "F6_E3M2, 6",
    "F4, 4"
  })
  void everyTypeOfTheFormatMayBeThere(String dtype, int bits) throws IOException {
    String header = "{'a':{'dtype':'%s','shape':[8],'data_offsets':[0,%d]}}".formatted(dtype, bits);
    Safetensors read = Safetensors.open(file(header, bits));
    if (Arrays.stream(TensorType.values()).noneMatch(type -> type.name().equals(dtype))) {
      assertThat(read.entries()).isEmpty();
      assertThat(read.others()).containsEntry("a", "a tensor of type " + dtype);
    } else {
      assertThat(read.entries().get("a").bytes()).isEqualTo(bits);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "0 | {}",
        "4 | {'a':ONE}",
        "4 |  {'a':ONE} ",
        "4 | {'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4],'more':1}}",
        "4 | {'__metadata__':null,'a':ONE}",
        "4 | {'__metadata__':{'format':'pt'},'a':ONE}",
        "4 | {'a':{'dtype':'F32','shape':[0],'data_offsets':[4,4]},'b':ONE}",
        "4 | {'a':{'dtype':'F32','shape':[0],'data_offsets':[0,0]},'b':ONE}",
      })
  void whatTheLibraryReadsIsRead(int dataBytes, String header) throws IOException {
    assertThat(Safetensors.open(file(header, dataBytes)).file()).exists();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "5 | {'a':ONE} | holds 5 bytes of data, but its tensors take 4",
        "3 | {} | holds 3 bytes of data, but its tensors take 0",
        "8 | {'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | expected to begin at 0",
        "4 | {'a':{'dtype':'F32','shape':[0],'data_offsets':[2,2]},'b':ONE} | tensor 'a': lies at",
        "4 | {'a':{'dtype':'F32','shape':[0],'data_offsets':[9,9]},'b':ONE} | tensor 'a': lies at",
        "4 | {'a':ONE,'b':ONE} | tensor 'b': lies at bytes 0 to 4 of the data, expected to begin",
        "1 | {'a':{'dtype':'F4','shape':[1],'data_offsets':[0,1]}} | F4 of shape [1]",
        "4 | {'a':{'dtype':'f32','shape':[1],'data_offsets':[0,4]}} | dtype is f32",
        "4 | {'a':{'dtype':'F32','shape':[1.0],'data_offsets':[0,4]}} | shape is [1.0]",
        "4 | {'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4,4]}} | needs dtype, shape and",
        "4 | {'a':{'dtype':'F32','dtype':'F32','shape':[1],'data_offsets':[0,4]}} | Duplicate",
        "4 | {'__metadata__':{'a':1},'a':ONE} | has __metadata__ {\"a\":1}, expected texts",
        "4 | {'__metadata__':{'a':null},'a':ONE} | expected texts by name",
        "4 | {'__metadata__':[],'a':ONE} | expected texts by name",
        "4 | {'__metadata__':'x','a':ONE} | expected texts by name",
        "0 | null | is not a JSON object",
      })
  void whatTheLibraryRefusesIsRefused(int dataBytes, String header, String reason)
      throws IOException {
    Path file = file(header, dataBytes);
    assertThatThrownBy(() -> Safetensors.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void headerThatIsNoUtf8IsRefused() throws IOException {
    byte[] json = header("{'a?':ONE}");
    json[3] = (byte) 0xff;
    Path file = file(json, 4);
    assertThatThrownBy(() -> Safetensors.open(file)).hasMessageContaining("is not UTF-8");
  }

  private static byte[] header(String header) {
    return header.replace("ONE", ONE).replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  private Path file(String header, int dataBytes) throws IOException {
    return file(header(header), dataBytes);
  }

  private Path file(byte[] json, int dataBytes) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json);
    return Files.write(directory.resolve("a.safetensors"), bytes.array());
  }
}
