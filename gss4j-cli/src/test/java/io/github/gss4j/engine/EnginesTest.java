package io.github.gss4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.config.LayerConfig;
import io.github.gss4j.config.LayerKinds;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.config.NewMixer;
import io.github.gss4j.generation.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two engines are one model: equal numbers, and each continues with what the other has read. */
class EnginesTest {
  private static final int VOCABULARY = 61;
  private static final long SEED = 11;
  private static final EngineOptions FLOAT32 = EngineOptions.DEFAULT;

  @TempDir private Path directory;

  static Stream<ModelConfig> models() {
    List<List<LayerConfig>> stacks = new ArrayList<>();
    LayerKinds.all().forEach(kind -> stacks.add(List.of(kind, kind)));
    return IntStream.range(0, stacks.size())
        .mapToObj(
            i ->
                ModelConfig.of(VOCABULARY, i % 2 == 0 ? 16 : 72, 1)
                    .withExpansion(3)
                    .withLayers(stacks.get(i))
                    .withHead(i % 3 == 0, i % 2 == 0));
  }

  private static InferenceModel load(String engine, StoredModel stored, EngineOptions options) {
    return Engine.choose(Optional.of(engine), stored.config(), options).load(stored, options);
  }

  /** A new mixer may have its form in one engine alone. */
  @Test
  void aMixerThatJavaDoesNotHaveIsRunByLibtorch() {
    ModelConfig known = ModelConfig.of(VOCABULARY, 16, 1);
    ModelConfig model = known.withLayers(List.of(new NewMixer(8)));
    Engine java = Engine.choose(Optional.of("java"), known, FLOAT32);
    assertThat(java.runs(known, FLOAT32)).isTrue();
    assertThat(java.runs(model, FLOAT32)).isFalse();
    assertThat(Engine.choose(Optional.empty(), model, FLOAT32).name()).isEqualTo("torch");
  }

  @ParameterizedTest
  @MethodSource("models")
  void logitsAreTheSame(ModelConfig config) {
    StoredModel stored = RandomModel.write(config, SEED, directory);
    int[] text = new Random(SEED).ints(90, 0, VOCABULARY).toArray();
    try (InferenceModel torch = load("torch", stored, FLOAT32);
        InferenceModel java = load("java", stored, FLOAT32);
        SequenceState inTorch = torch.start();
        SequenceState inJava = java.start()) {
      assertThat(java.fingerprint()).isEqualTo(torch.fingerprint());
      assertClose(inJava.logits(text), inTorch.logits(text), 2e-5);
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void eachGoesOnWithAStateOfTheOther(ModelConfig config) throws IOException {
    StoredModel stored = RandomModel.write(config, SEED, directory);
    for (int read : new int[] {1, 3, 4, 30}) {
      int[] text = new Random(read).ints(read, 0, VOCABULARY).toArray();
      int[] more = new Random(read + 1).ints(25, 0, VOCABULARY).toArray();
      goOn(stored, "torch", "java", text, more);
      goOn(stored, "java", "torch", text, more);
    }
  }

  private void goOn(StoredModel stored, String from, String to, int[] text, int[] more)
      throws IOException {
    Path file = directory.resolve(from + text.length + ".state");
    float[][] expected;
    try (InferenceModel model = load(from, stored, FLOAT32);
        Session session = Session.start(model, null)) {
      session.read(text);
      session.save(file);
      expected = session.logits(more);
    }
    try (InferenceModel model = load(to, stored, FLOAT32);
        Session session = Session.load(file, model, null)) {
      assertThat(session.tokens()).isEqualTo(text.length);
      assertClose(session.logits(more), expected, 2e-5);
    }
  }

  private static void assertClose(float[][] found, float[][] expected, double tolerance) {
    double largest = 1;
    for (float[] row : expected) {
      for (float value : row) {
        largest = Math.max(largest, Math.abs(value));
      }
    }
    for (int i = 0; i < expected.length; i++) {
      for (int j = 0; j < expected[i].length; j++) {
        assertThat((double) found[i][j])
            .as("token %d, logit %d", i, j)
            .isCloseTo(expected[i][j], within(largest * tolerance));
      }
    }
  }
}
