package io.github.gss4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.config.LayerConfig;
import io.github.gss4j.config.MhesaConfig;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.generation.DecodingListener;
import io.github.gss4j.generation.Generated;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Sampling;
import io.github.gss4j.generation.Session;
import io.github.gss4j.generation.Token;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What sessions promise, whatever the engine. */
abstract class SessionContract extends EngineFixture {
  @ParameterizedTest
  @MethodSource("stacks")
  void everySplitOfATextLeavesTheSame(List<LayerConfig> layers) {
    try (InferenceModel model = model(layers);
        Session whole = Session.start(model, null)) {
      Random random = new Random(SEED);
      int[] text = ids(random, 70);
      float[][] expected = whole.logits(text);
      for (int round = 0; round < 3; round++) {
        try (Session parts = Session.start(model, null)) {
          int at = 0;
          while (at < text.length) {
            int to = Math.min(text.length, at + 1 + random.nextInt(round == 0 ? 1 : 30));
            parts.read(Arrays.copyOfRange(text, at, to));
            assertClose(parts.logits(), expected[to - 1]);
            at = to;
          }
          assertThat(parts.tokens()).isEqualTo(text.length);
        }
      }
    }
  }

  private void assertClose(float[] found, float[] expected) {
    double largest = 1;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) found[i])
          .isCloseTo(expected[i], within(largest * Math.max(tolerance(), 1e-6)));
    }
  }

  @ParameterizedTest
  @MethodSource("stacks")
  void scoresAreTheLogarithmsOfTheLogits(List<LayerConfig> layers) {
    int[] text = ids(new Random(SEED), 40);
    try (InferenceModel model = model(layers);
        Session session = Session.start(model, null);
        Session again = Session.start(model, null)) {
      float[][] logits = session.logits(text);
      Scores scores = again.score(text, 3);
      assertThat(scores.size()).isEqualTo(text.length);
      assertThat(scores.logProbability(0)).isNaN();
      for (int i = 1; i < text.length; i++) {
        Scores expected = Scores.of(logits[i - 1], text[i], 3);
        assertThat(scores.logProbability(i)).isCloseTo(expected.logProbability(0), within(1e-4));
        assertThat(scores.top(i).stream().map(Scores.Likely::id).toList())
            .isEqualTo(expected.top(0).stream().map(Scores.Likely::id).toList());
      }
      assertClose(again.logits(), logits[text.length - 1]);
    }
  }

  @ParameterizedTest
  @MethodSource("stacks")
  void aSavedSessionGoesOnAsIfItHadNeverStopped(List<LayerConfig> layers) throws IOException {
    Path file = directory.resolve("s.state");
    int[] prompt = ids(new Random(SEED), 30);
    StoredModel stored =
        RandomModel.write(ModelConfig.of(VOCABULARY, 16, 1).withLayers(layers), SEED, directory);
    List<Integer> whole;
    try (InferenceModel model = engine().load(stored, exact())) {
      whole = alone(model, prompt, greedy(20));
      try (Session session = Session.start(model, null)) {
        assertThat(session.generate(prompt, greedy(8), DecodingListener.SILENT).ids())
            .isEqualTo(whole.subList(0, 8));
        session.save(file);
      }
      try (Session session = Session.start(model, null)) {
        session.read(prompt);
        session.save(directory.resolve("prompt.state"));
      }
    }
    try (InferenceModel model = engine().load(stored, exact());
        Session half = Session.load(file, model, null);
        Session read = Session.load(directory.resolve("prompt.state"), model, null)) {
      assertThat(half.tokens()).isEqualTo(prompt.length + 8);
      assertThat(half.generate(new int[0], greedy(12), DecodingListener.SILENT).ids())
          .isEqualTo(whole.subList(8, 20));
      assertThat(read.generate(new int[0], greedy(20), DecodingListener.SILENT).ids())
          .isEqualTo(whole);
    }
  }

  @Test
  void aStateOfAnotherModelOrADamagedOneIsRefused() throws IOException {
    Path file = directory.resolve("s.state");
    try (InferenceModel model = hybrid();
        InferenceModel other = model(List.of(new MhesaConfig(4, 8)));
        Session session = Session.start(model, null)) {
      session.read(1, 2, 3);
      session.save(file);
      Session.load(file, model, null).close();
      assertThatThrownBy(() -> Session.load(file, other, null))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("another model");
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length - 1] ^= 1;
      Path damaged = Files.write(directory.resolve("damaged"), bytes);
      assertThatThrownBy(() -> Session.load(damaged, model, null))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("damaged");
    }
  }

  @Test
  void forksAreIndependent() {
    try (InferenceModel model = hybrid();
        Session session = Session.start(model, null)) {
      session.read(ids(new Random(SEED), 20));
      float[] before = session.logits();
      try (Session fork = session.fork()) {
        fork.read(5, 6, 7);
        assertThat(session.logits()).isEqualTo(before);
        session.read(5, 6, 7);
        assertThat(session.logits()).isEqualTo(fork.logits());
      }
      try (Session fork = session.fork()) {
        float[] known = fork.logits();
        session.generate(new int[0], greedy(3), DecodingListener.SILENT);
        assertThat(fork.logits()).isEqualTo(known);
      }
    }
  }

  @Test
  void logProbabilitiesAreTheModelsOwn() {
    List<Token> tokens = new ArrayList<>();
    int[] prompt = ids(new Random(SEED), 5);
    GenerationOptions options =
        GenerationOptions.of(10, Sampling.seeded(3).withTemperature(2)).withLogProbabilities(4);
    try (InferenceModel model = hybrid();
        Session session = Session.start(model, null);
        Session scored = Session.start(model, null)) {
      Generated written =
          session.generate(
              prompt,
              options,
              token -> {
                tokens.add(token);
                return true;
              });
      scored.read(prompt);
      Scores scores = scored.score(written.ids().stream().mapToInt(i -> i).toArray(), 4);
      for (int i = 0; i < tokens.size(); i++) {
        assertThat(tokens.get(i).logProbability())
            .isCloseTo(scores.logProbability(i), within(1e-4));
        assertThat(tokens.get(i).top()).hasSize(4);
      }
    }
  }
}
