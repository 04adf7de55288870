package io.github.gss4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.checkpoint.Safetensors;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.Gpt2;
import io.github.gss4j.ops.Tensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** GPT-2 against what Hugging Face transformers computes; see make_gpt2_fixtures.py. */
class StoredGpt2Test {
  private static final Path FIXTURES = Path.of("src/test/resources/gpt2");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path directory;

  @TestFactory
  Stream<DynamicTest> logitsAreThoseOfTransformers() throws IOException {
    try (Stream<Path> cases = Files.list(FIXTURES)) {
      List<Path> found = cases.sorted().toList();
      assertThat(found).hasSizeGreaterThanOrEqualTo(8);
      return found.stream()
          .map(c -> DynamicTest.dynamicTest(c.getFileName().toString(), () -> checkLogits(c)));
    }
  }

  private static void checkLogits(Path fixture) {
    assertThat(StoredGpt2.isGpt2(fixture)).isTrue();
    assertThat(difference(fixture, Precision.FLOAT32)).isLessThan(1e-4);
    assertThat(difference(fixture, Precision.FLOAT64)).isLessThan(1e-4);
    assertThat(difference(fixture, Precision.BFLOAT16)).isLessThan(0.3); // logits of about 10
  }

  private static double difference(Path fixture, Precision precision) {
    Safetensors expected = Safetensors.open(fixture.resolve("expected.safetensors"));
    try (PointerScope scope = new PointerScope();
        Gpt2 model = load(fixture, precision)) {
      Tensor logits = model.head(model.hidden(TensorFiles.read(expected.file(), "in.ids")));
      assertThat(logits.requires_grad()).isFalse();
      double[] found = Tensors.toDoubles(logits);
      double[] wanted = Tensors.toDoubles(TensorFiles.read(expected.file(), "out.logits"));
      assertThat(found).hasSameSizeAs(wanted);
      double largest = 0;
      for (int i = 0; i < found.length; i++) {
        double d = Math.abs(found[i] - wanted[i]);
        largest = Double.isNaN(d) ? Double.POSITIVE_INFINITY : Math.max(largest, d);
      }
      return largest;
    }
  }

  private static Gpt2 load(Path fixture, Precision precision) {
    return StoredGpt2.open(fixture.resolve("model.safetensors"))
        .load(precision, Tensors.device("cpu"));
  }

  @Test
  void aSequenceBeyondItsPositionsIsRefusedWithBothNumbers() {
    try (PointerScope scope = new PointerScope();
        Gpt2 model = load(FIXTURES.resolve("one_token"), Precision.FLOAT32)) {
      Tensor ids = Tensors.of(new long[9], 1, 9);
      assertThatThrownBy(() -> model.hidden(ids))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("9 tokens")
          .hasMessageContaining("at most 8");
    }
  }

  @Test
  void ourOwnModelsAreNoGpt2() {
    assertThat(StoredGpt2.isGpt2(Path.of("src/test/resources/reference/pretrained_form/model.pt")))
        .isFalse();
  }

  @Test
  void aConfigThatCannotBeIsAnErrorInOneLine() throws IOException {
    refused(c -> c.put("n_head", 3), "n_head is 3", "n_embd is 16");
    refused(c -> c.put("activation_function", "relu"), "'relu'", "gelu_new");
    refused(
        c -> c.put("n_embd", Integer.MAX_VALUE), "n_embd is 2147483647", "expected 1 to 1048576");
    refused(c -> c.remove("n_layer"), "'n_layer' is missing");
    refused(c -> c.put("layer_norm_epsilon", 0), "layer_norm_epsilon is 0");
    refused(c -> c.put("n_layer", 2), "missing tensors: h.1.");
    refused(c -> c.put("vocab_size", 60), "'transformer.wte.weight' has shape (61, 16)");
    refused(c -> c.put("n_inner", 63), "has shape (16, 64), expected (16, 63)");
    refused(c -> c.put("tie_word_embeddings", false), "missing tensors: lm_head.weight");
  }

  private void refused(Consumer<ObjectNode> change, String... says) throws IOException {
    Path fixture = FIXTURES.resolve("one_head");
    ObjectNode config = (ObjectNode) JSON.readTree(fixture.resolve("config.json").toFile());
    change.accept(config);
    Files.write(directory.resolve("config.json"), JSON.writeValueAsBytes(config));
    Files.write(
        directory.resolve("model.safetensors"),
        Files.readAllBytes(fixture.resolve("model.safetensors")));
    assertThatThrownBy(() -> StoredGpt2.open(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(says)
        .hasMessageNotContaining("\n");
  }

  @Test
  void aHeadStoredBesideTheTiedEmbeddingIsPassedOverOnlyIfItIsThat() throws IOException {
    withTensor("lm_head.weight", "transformer.wte.weight", 0);
    assertThat(StoredGpt2.open(directory).config().tied()).isTrue();
    withTensor("lm_head.weight", "transformer.wte.weight", 1);
    assertThatThrownBy(() -> StoredGpt2.open(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("'lm_head.weight' differs from 'transformer.wte.weight'")
        .hasMessageContaining("tie_word_embeddings");
  }

  @Test
  void aWeightOfATypeThatIsNotReadIsNamed() throws IOException {
    withTensor("more", "transformer.wte.weight", 0);
    Path file = directory.resolve("model.safetensors");
    String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
    String beside = "\"more\":{\"dtype\":\"";
    Files.writeString(
        file, bytes.replace(beside + "F32", beside + "U32"), StandardCharsets.ISO_8859_1);
    assertThat(StoredGpt2.open(directory).config().tied()).isTrue();
    String wanted = "\"transformer.wte.weight\":{\"dtype\":\"";
    Files.writeString(
        file, bytes.replace(wanted + "F32", wanted + "U32"), StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> StoredGpt2.open(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("'transformer.wte.weight' is a tensor of type U32");
  }

  /** One more tensor in the fixture: another one, with something added. */
  private void withTensor(String name, String from, double plus) throws IOException {
    Path fixture = FIXTURES.resolve("one_head");
    Files.write(
        directory.resolve("config.json"), Files.readAllBytes(fixture.resolve("config.json")));
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> tensors =
          new LinkedHashMap<>(TensorFiles.read(fixture.resolve("model.safetensors")));
      tensors.put(name, tensors.get(from).add(new Scalar(plus)));
      TensorFiles.write(directory.resolve("model.safetensors"), tensors, Map.of());
    }
  }

  @Test
  void aTensorUnderBothNamesIsRefused() throws IOException {
    withTensor("ln_f.bias", "transformer.ln_f.bias", 0);
    assertThatThrownBy(() -> StoredGpt2.open(directory))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("twice", "transformer.ln_f.bias", "'ln_f.bias'");
  }
}
