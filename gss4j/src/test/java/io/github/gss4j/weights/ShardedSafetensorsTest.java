package io.github.gss4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.checkpoint.Safetensors;
import io.github.gss4j.checkpoint.ShardedSafetensors;
import io.github.gss4j.checkpoint.TensorSource;
import io.github.gss4j.ops.Native;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardedSafetensorsTest {
  private final PointerScope scope = new PointerScope();

  @TempDir Path directory;

  @BeforeAll
  static void load() {
    Native.load();
  }

  @AfterEach
  void free() {
    scope.close();
  }

  @Test
  void writtenShardsAreReadBackBitForBit() throws IOException {
    Map<String, Tensor> tensors = Samples.tensors();
    TensorFiles.writeShards(directory, tensors, Map.of("format", "pt"), 100);
    assertThat(TensorBits.of(TensorFiles.read(index())))
        .containsExactlyEntriesOf(TensorBits.of(tensors));
    assertThat(TensorBits.of(TensorFiles.read(index(), "transposed")))
        .isEqualTo(TensorBits.of(tensors.get("transposed")));
    assertThat(TensorSource.open(index()).shape("transposed")).containsExactly(6L, 4L);
    for (Path shard : shards()) {
      assertThat(Safetensors.open(shard).metadata()).isEqualTo(Map.of("format", "pt"));
    }
  }

  @Test
  void shardsAreFilledInOrderUpToTheLimit() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("a", torch.zeros(2)); // 8 bytes
    tensors.put("b", torch.zeros(3)); // 12
    tensors.put("large", torch.zeros(10)); // 40
    tensors.put("c", torch.zeros(1)); // 4
    TensorFiles.writeShards(directory, tensors, Map.of(), 20);
    assertThat(names(1)).containsExactly("a", "b");
    assertThat(names(2)).containsExactly("large");
    assertThat(names(3)).containsExactly("c");
    assertThat(Files.readString(index())).contains("\"total_size\" : 64");
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).hasSize(4);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'weight_map':{'a':'../a.safetensors'}} | lies in '../a.safetensors', expected",
        "{'weight_map':{'a':'/etc/a.safetensors'}} | lies in '/etc/a.safetensors', expected",
        "{'weight_map':{'a':'sub/a.safetensors'}} | lies in 'sub/a.safetensors', expected",
        "{'weight_map':{'a':'..\\\\a.safetensors'}} | lies in '..\\a.safetensors', expected",
        "{'weight_map':{'a':'..'}} | lies in '..', expected",
        "{'weight_map':{'a':'passwd'}} | lies in 'passwd', expected",
        "{'weight_map':{'a':7}} | lies in '7', expected",
        "{'weight_map':{'a':'absent.safetensors'}} | absent.safetensors: cannot be read: no such",
        "{'weight_map':{'a':'model-00001-of-00002.safetensors'}}"
            + " | tensor 'b': is not listed there",
        "{'weight_map':{'z':'model-00001-of-00002.safetensors'}} | tensor 'z': is not in 'model",
        "{'weight_map':{}} | has no weight_map",
        "{'weights':{}} | has no weight_map",
        "[] | has no weight_map",
        "{'weight_map': | is not JSON",
        "`` | has no weight_map",
      })
  void unsoundIndexIsRefusedInOneLine(String json, String reason) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (String name : List.of("a", "b", "c")) {
      tensors.put(name, torch.zeros(2));
    }
    TensorFiles.writeShards(directory, tensors, Map.of(), 16);
    Files.writeString(index(), json.replace('\'', '"'));
    assertThatThrownBy(() -> TensorSource.open(index()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(reason)
        .message()
        .matches("[^\\p{Cntrl}]*");
  }

  @Test
  void shardMayBeASymbolicLinkAsInTheHubsCache() throws IOException {
    Path blob = directory.resolve("0123abcd");
    Files.copy(Samples.resource("pt/zip64.safetensors"), blob);
    Files.createSymbolicLink(directory.resolve("model-00001-of-00001.safetensors"), blob);
    Files.writeString(
        index(),
        "{'weight_map':{'a':'model-00001-of-00001.safetensors','b':'model-00001-of-00001.safetensors'}}"
            .replace('\'', '"'));
    assertThat(TensorFiles.read(index())).containsOnlyKeys("a", "b");
  }

  @Test
  void absentTensorIsNamed() throws IOException {
    TensorFiles.writeShards(directory, Map.of("a", torch.zeros(2)), Map.of(), 20);
    assertThatThrownBy(() -> TensorFiles.read(index(), "b"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("has no tensor 'b'");
  }

  private List<Path> shards() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".safetensors")).toList();
    }
  }

  private Path index() {
    return directory.resolve(ShardedSafetensors.INDEX);
  }

  private Iterable<String> names(int shard) {
    Path file = directory.resolve("model-%05d-of-00003.safetensors".formatted(shard));
    return Safetensors.open(file).entries().keySet();
  }
}
