package io.github.gss4j.run.inputs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.trainer.TinyRun;
import io.github.gss4j.weights.TensorFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingsTest {
  @TempDir Path directory;

  @Test
  void embeddingsAreCopiedIntoBothMatrices() throws IOException {
    Path file = directory.resolve("gpt2.safetensors");
    try (PointerScope scope = new PointerScope();
        LanguageModel model = TinyRun.model(TinyRun.config("float32"))) {
      double[] rows = new double[64 * 16];
      Arrays.setAll(rows, i -> i / 8.0);
      TensorFiles.write(file, Map.of("transformer.wte.weight", Tensors.of(rows, 64, 16)), Map.of());
      Embeddings.copy(file, model);
      Map<String, double[]> weights = TinyRun.weights(model);
      assertThat(weights.get("token_emb.weight")).isEqualTo(rows);
      assertThat(weights.get("to_logits.1.weight")).isEqualTo(rows);
      TensorFiles.write(file, Map.of("wte.weight", Tensors.of(rows, 32, 32)), Map.of());
      assertThatThrownBy(() -> Embeddings.copy(file, model))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("tensor 'wte.weight' has shape [32, 32], expected [64, 16]");
      TensorFiles.write(file, Map.of("h.0.weight", Tensors.of(rows, 32, 32)), Map.of());
      assertThatThrownBy(() -> Embeddings.copy(file, model))
          .hasMessageContaining("holds no token embedding, expected one of [wte.weight");
    }
  }
}
