package io.github.gss4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.checkpoint.ShardedSafetensors;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Tensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models in every form that people have saved them in. */
class StoredModelTest {
  private static final Path FORM = Path.of("src/test/resources/reference/pretrained_form");
  private static final Path CHECKPOINT = FORM.resolve("model.pt");

  @TempDir Path directory;
  private PointerScope scope;
  private Map<String, Tensor> tensors;
  private float[] expected;

  @BeforeEach
  void readPublished() {
    scope = new PointerScope();
    tensors = new LinkedHashMap<>(TensorFiles.read(CHECKPOINT));
    expected = logits(CHECKPOINT);
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static float[] logits(Path path) {
    try (PointerScope inner = new PointerScope();
        LanguageModel model =
            PretrainedModel.load(path, Precision.FLOAT32, Tensors.device("cpu"))) {
      return Tensors.toFloats(model.logits(Tensors.of(new long[] {3, 1, 4, 1, 5, 9}, 1, 6)));
    }
  }

  private Map<String, Tensor> renamed(UnaryOperator<String> rename) {
    Map<String, Tensor> all = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> all.put(rename.apply(name), tensor));
    return all;
  }

  private Path write(Map<String, Tensor> all) throws IOException {
    Path file = directory.resolve("model.safetensors");
    TensorFiles.write(file, all, Map.of());
    return file;
  }

  @Test
  void sizesAreInferredWhereThereIsNoConfig() throws IOException {
    assertThat(logits(write(tensors))).isEqualTo(expected);
    assertThat(StoredModel.open(directory).config())
        .isEqualTo(StoredModel.open(CHECKPOINT).config());
  }

  @Test
  void namesWithAndWithoutPrefixAreTheSame() throws IOException {
    assertThat(logits(write(renamed(n -> n.replace("net.", ""))))).isEqualTo(expected);
    assertThat(logits(write(renamed(n -> "module." + n)))).isEqualTo(expected);
  }

  @Test
  void earlyLayoutOfLayersIsRead() throws IOException {
    Path file = write(renamed(n -> n.replaceFirst("layers\\.(\\d+)\\.", "layers.$1.0.")));
    assertThat(logits(file)).isEqualTo(expected);
  }

  @Test
  void shardsAreReadByTheirDirectory() throws IOException {
    TensorFiles.writeShards(directory, tensors, Map.of(), 4096);
    assertThat(logits(directory)).isEqualTo(expected);
    assertThat(logits(directory.resolve(ShardedSafetensors.INDEX))).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pytorch_model.bin.index.json", "gss.fp32.bin.index.json"})
  void shardsOfPyTorchAreReadByTheirDirectory(String index) throws IOException {
    writePyTorchShards(index);
    assertThat(logits(directory)).isEqualTo(expected);
    assertThat(logits(directory.resolve(index))).isEqualTo(expected);
  }

  @Test
  void shardsOfPyTorchThatTheIndexContradictsAreRefused() throws IOException {
    writePyTorchShards("pytorch_model.bin.index.json");
    Path index = directory.resolve("pytorch_model.bin.index.json");
    String json = Files.readString(index);
    Files.writeString(index, json.replace("net.token_emb.weight", "net.absent"));
    assertThatThrownBy(() -> logits(directory))
        .hasMessageContaining("tensor 'net.absent': is not in 'pytorch_model-00001-of-00002.bin'");
    Files.writeString(index, json.replaceFirst("\"net.token_emb.weight\":\"[^\"]*\",", ""));
    assertThatThrownBy(() -> logits(directory))
        .hasMessageContaining("tensor 'net.token_emb.weight': is not listed there by");
    Files.writeString(index, json.replace("pytorch_model-00002", "../pytorch_model-00002"));
    assertThatThrownBy(() -> logits(directory)).hasMessageContaining("a file beside the index");
  }

  private void writePyTorchShards(String index) throws IOException {
    Map<String, Map<String, Tensor>> shards = new LinkedHashMap<>();
    Map<String, String> fileByTensor = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          String file =
              "pytorch_model-0000%d-of-00002.bin".formatted(name.contains("layers") ? 2 : 1);
          shards.computeIfAbsent(file, f -> new LinkedHashMap<>()).put(name, tensor);
          fileByTensor.put(name, file);
        });
    for (Map.Entry<String, Map<String, Tensor>> shard : shards.entrySet()) {
      TensorFiles.writePyTorch(directory.resolve(shard.getKey()), shard.getValue());
    }
    ShardedSafetensors.writeIndex(directory.resolve(index), fileByTensor, 1);
    Files.writeString(
        directory.resolve(index),
        Files.readString(directory.resolve(index)).replace(" ", "").replace("\n", ""));
  }

  @Test
  void hiddenFilesAndWhatTrainersLeaveArePassedOver() throws IOException {
    Files.copy(CHECKPOINT, directory.resolve("gss.pt"));
    for (String name : List.of("._gss.pt", "._config.json", "training_args.bin", "optimizer.pt")) {
      Files.writeString(directory.resolve(name), "none");
    }
    assertThat(logits(directory)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.pt",
        "model.safetensors",
        "pytorch_model.bin",
        "model.safetensors.index.json",
        "pytorch_model.bin.index.json",
        "config.json"
      })
  void pointerOfGitLfsIsNamed(String name) throws IOException {
    if (name.equals("config.json")) {
      write(tensors);
    }
    Files.writeString(
        directory.resolve(name),
        "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0".repeat(64) + "\nsize 1\n");
    assertThatThrownBy(() -> logits(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(name + ": is a Git LFS pointer")
        .hasMessageContaining("run git lfs pull");
  }

  @Test
  void configWithCommentsAndTrailingCommaIsRead() throws IOException {
    write(tensors);
    Files.writeString(
        directory.resolve("config.json"),
        "{ // sizes\n \"num_tokens\": 61, \"dim\": 16, \"depth\": 2, # as published\n}");
    assertThat(logits(directory)).isEqualTo(expected);
  }

  @Test
  void contradictionNamesTensorAndBothShapes() throws IOException {
    write(tensors);
    Files.writeString(
        directory.resolve("config.json"),
        "{\"num_tokens\": 61, \"dim\": 16, \"depth\": 2, \"dss_kernel_N\": 13}");
    assertThatThrownBy(() -> logits(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("'net.layers.0.dss.Lambda_real' has shape (12), expected (13)");
  }

  @Test
  void moreLayersThanTensorsAreRefusedBeforeTheyAreListed() throws IOException {
    write(tensors);
    Files.writeString(
        directory.resolve("config.json"), "{\"num_tokens\": 61, \"dim\": 16, \"depth\": 2222}");
    assertThatThrownBy(() -> StoredModel.open(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("depth is 2222, and there are 32 tensors");
  }

  @Test
  void missingAndUnexpectedNamesAreListed() throws IOException {
    tensors.put("net.layers.0.extra", tensors.remove("net.layers.1.to_gate.weight"));
    assertThatThrownBy(() -> logits(write(tensors)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("missing tensors: layers.1.to_gate.weight")
        .hasMessageContaining("unexpected tensors: net.layers.0.extra");
  }

  @Test
  void headWithoutNormIsRecognised() throws IOException {
    tensors.remove("net.to_logits.0.weight");
    tensors.remove("net.to_logits.0.bias");
    tensors.put("net.to_logits.weight", tensors.remove("net.to_logits.1.weight"));
    assertThat(StoredModel.open(write(tensors)).config().finalNorm()).isFalse();
  }

  @Test
  void headThatIsTheEmbeddingIsRecognised() throws IOException {
    tensors.remove("net.to_logits.1.weight");
    assertThat(StoredModel.open(write(tensors)).config().tieEmbeddings()).isTrue();
  }

  @Test
  void headThatIsStoredThoughItIsTheEmbeddingIsPassedOver() throws IOException {
    tensors.remove("net.to_logits.1.weight");
    float[] tied = logits(write(tensors));
    tensors.put("net.to_logits.1.weight", tensors.get("net.token_emb.weight").clone());
    write(tensors);
    Files.writeString(directory.resolve("config.json"), "{\"tie_embeddings\": true}");
    assertThat(logits(directory)).isEqualTo(tied);
  }

  @Test
  void headThatContradictsTheTiedEmbeddingIsRefused() throws IOException {
    write(tensors);
    Files.writeString(directory.resolve("config.json"), "{\"tie_embeddings\": true}");
    assertThatThrownBy(() -> logits(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("'net.to_logits.1.weight' differs from 'net.token_emb.weight'")
        .hasMessageContaining("set it to false");
  }

  @ParameterizedTest
  @CsvSource({
    "net.layers.0.,net.layers.0._orig_mod.",
    "net.token_emb.,net.token_emb._orig_mod.",
    "net.layers.,_orig_mod.module.net.layers.",
    "net.layers.1.,net.layers.1._checkpoint_wrapped_module.",
    "net.layers.,_fsdp_wrapped_module.net.layers._fsdp_wrapped_module.",
    "net.,_forward_module.model._orig_mod.net.",
    ".weight,._orig_mod.weight",
  })
  void partsThatWrappersAddToNamesAreDropped(String plain, String wrapped) throws IOException {
    assertThat(logits(write(renamed(n -> n.replace(plain, wrapped))))).isEqualTo(expected);
  }

  @Test
  void oneParameterUnderTwoNamesIsRefused() throws IOException {
    tensors.put("net._orig_mod.token_emb.weight", tensors.get("net.token_emb.weight"));
    assertThatThrownBy(() -> logits(write(tensors)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(
            "'net.token_emb.weight' and 'net._orig_mod.token_emb.weight' are the same parameter");
  }

  @Test
  void tensorsBesideTheModelAreLeftAside() throws IOException {
    tensors.put("n_averaged", torch.zeros(1)); // of torch.optim.swa_utils.AveragedModel
    tensors.put("criterion.weight", torch.zeros(2));
    assertThat(logits(write(tensors))).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"net.token_emb.weight", "net.layers.0.to_out.bias"})
  void parameterOfATypeThatIsNotReadIsNamed(String name) throws IOException {
    Path file = write(tensors);
    String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
    String head = "\"%s\":{\"dtype\":\"".formatted(name);
    Files.writeString(file, bytes.replace(head + "F32", head + "U32"), StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> StoredModel.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("tensor '" + name + "' is a tensor of type U32, expected");
  }

  @Test
  void twoModelsInOneFileAreRefused() throws IOException {
    tensors.put("ema.token_emb.weight", tensors.get("net.token_emb.weight"));
    assertThatThrownBy(() -> logits(write(tensors)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("several models");
  }
}
