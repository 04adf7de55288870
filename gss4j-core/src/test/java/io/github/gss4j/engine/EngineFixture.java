package io.github.gss4j.engine;

import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.config.AttentionConfig;
import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.LayerConfig;
import io.github.gss4j.config.LayerKinds;
import io.github.gss4j.config.MhesaConfig;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.generation.DecodingListener;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Sampling;
import io.github.gss4j.generation.Session;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

/** A small random model in an engine, and what tests of engines do with it. */
abstract class EngineFixture {
  static final int VOCABULARY = 61;
  static final long SEED = 7;

  @TempDir protected Path directory;

  /** The engine. */
  protected abstract Engine engine();

  /** The dtype in which tokens must be equal, and by how much numbers may differ in it. */
  protected abstract EngineOptions exact();

  protected abstract double tolerance();

  InferenceModel model(List<LayerConfig> layers) {
    return model(ModelConfig.of(VOCABULARY, 16, 1).withLayers(layers));
  }

  InferenceModel model(ModelConfig config) {
    StoredModel stored = RandomModel.write(config, SEED, directory);
    return engine().load(stored, exact());
  }

  InferenceModel hybrid() {
    return model(
        List.of(
            new GssConfig(6, 8, true),
            new AttentionConfig(2, 5, AttentionConfig.Kind.SLIDING),
            new MhesaConfig(4, 8)));
  }

  static Stream<List<LayerConfig>> stacks() {
    return LayerKinds.all().stream().map(kind -> List.of(kind, kind));
  }

  static int[] ids(Random random, int count) {
    return random.ints(count, 0, VOCABULARY).toArray();
  }

  static GenerationOptions greedy(int count) {
    return GenerationOptions.of(count, Sampling.greedy());
  }

  static List<Integer> alone(InferenceModel model, int[] prompt, GenerationOptions options) {
    try (Session session = Session.start(model, null)) {
      return session.generate(prompt, options, DecodingListener.SILENT).ids();
    }
  }
}
