package io.github.gss4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.checkpoint.Safetensors;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Sampling;
import io.github.gss4j.generation.TextGenerator;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.model.ModelState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StateFileTest {
  private static final int[] PROMPT = IntStream.range(0, 30).map(i -> (i * 37) % 61).toArray();
  private static final TextGenerator.Listener NOBODY = (sequence, id, text) -> {};

  @TempDir private Path directory;

  private static ModelConfig config(String json) {
    try {
      return ModelConfig.parse("test", new ObjectMapper().readTree(json));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static ModelConfig gss() {
    return config(
        "{\"num_tokens\":61,\"dim\":16,\"depth\":2,\"dss_kernel_N\":8,\"dss_kernel_H\":8}");
  }

  static Stream<String> models() {
    String sizes = "{\"num_tokens\":61,\"dim\":16,\"depth\":3,";
    String dss = "\"dss_kernel_N\":8,\"dss_kernel_H\":8";
    return Stream.of(
        sizes + dss + "}",
        sizes + "\"mixer\":\"mhesa\",\"heads\":2,\"dim_mhesa\":8}",
        sizes + "\"mixer\":\"dsconv\",\"heads\":2,\"dim_dsconv\":8}",
        sizes
            + dss
            + ",\"layers\":[\"gss\",\"attention\",\"mhesa\"],\"heads\":2,\"dim_mhesa\":8,"
            + "\"attention_heads\":2,\"attention_window\":8}");
  }

  @ParameterizedTest
  @MethodSource("models")
  void aTextGoesOnFromDiskAsIfItHadNeverStopped(String json) throws IOException {
    Path file = directory.resolve("s.state");
    List<Integer> whole;
    List<Integer> first;
    try (PointerScope scope = new PointerScope();
        LanguageModel model = LanguageModel.create(config(json), 3);
        TextGenerator generator = new TextGenerator(model, null)) {
      ModelState empty = generator.initialState();
      whole = generator.continueFrom(empty, PROMPT, greedy(20), NOBODY).generated().ids();
      TextGenerator.Continued half = generator.continueFrom(empty, PROMPT, greedy(8), NOBODY);
      first = half.generated().ids();
      StateFile.save(half.state(), model, file);
      half.state().release();
    }
    assertThat(first).isEqualTo(whole.subList(0, 8));
    try (PointerScope scope = new PointerScope();
        LanguageModel model = LanguageModel.create(config(json), 3);
        TextGenerator generator = new TextGenerator(model, null)) {
      ModelState loaded = StateFile.load(file, model);
      assertThat(loaded.tokens()).containsExactly(PROMPT.length + 7L);
      assertThat(loaded.pending().get(0)).hasValue(first.get(7));
      assertThat(generator.continueFrom(loaded, new int[0], greedy(12), NOBODY).generated().ids())
          .isEqualTo(whole.subList(8, 20));
    }
  }

  @Test
  void manyContinuationsStartFromOneState() {
    try (PointerScope scope = new PointerScope();
        LanguageModel model = LanguageModel.create(gss(), 3);
        TextGenerator generator = new TextGenerator(model, null)) {
      ModelState read = generator.read(PROMPT, generator.initialState());
      int[] more = {5};
      List<Integer> one = sampled(generator, read, more, 1);
      assertThat(sampled(generator, read, more, 2)).isNotEqualTo(one);
      assertThat(sampled(generator, read, more, 1)).isEqualTo(one);
      assertThatThrownBy(() -> sampled(generator, read, new int[0], 1))
          .hasMessageContaining("prompt is empty");
    }
  }

  private static List<Integer> sampled(
      TextGenerator generator, ModelState state, int[] more, long seed) {
    GenerationOptions options = GenerationOptions.of(15, Sampling.from(seed));
    return generator.continueFrom(state, more, options, NOBODY).generated().ids();
  }

  private static GenerationOptions greedy(int count) {
    return GenerationOptions.of(count, Sampling.greedy());
  }

  @Test
  void statesOfOthersOfOtherVersionsOrDamagedAreRefused() throws IOException {
    Path file = directory.resolve("s.state");
    try (PointerScope scope = new PointerScope();
        LanguageModel model = LanguageModel.create(gss(), 3);
        LanguageModel other = LanguageModel.create(gss(), 4)) {
      StateFile.save(model.initialState(1), model, file);
      StateFile.load(file, model).release();
      assertThatThrownBy(() -> StateFile.load(file, other))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("another model");

      Safetensors saved = Safetensors.open(file);
      Map<String, String> metadata = new java.util.HashMap<>(saved.metadata());
      metadata.put("gss4j_state_version", "99");
      Path newer = directory.resolve("newer");
      TensorFiles.write(newer, TensorFiles.read(saved.stored()), metadata);
      assertThatThrownBy(() -> StateFile.load(newer, model)).hasMessageContaining("version 99");

      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length - 1] ^= 1;
      Path damaged = directory.resolve("damaged");
      Files.write(damaged, bytes);
      assertThatThrownBy(() -> StateFile.load(damaged, model)).hasMessageContaining("damaged");

      Path model2 = directory.resolve("weights");
      TensorFiles.write(model2, TensorFiles.read(saved.stored()), Map.of());
      assertThatThrownBy(() -> StateFile.load(model2, model))
          .hasMessageContaining("not a saved state");
    }
  }
}
