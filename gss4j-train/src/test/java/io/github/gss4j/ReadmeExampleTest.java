package io.github.gss4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.generation.Sampling;
import io.github.gss4j.generation.Session;
import io.github.gss4j.layers.GatedLayer;
import io.github.gss4j.layers.Init;
import io.github.gss4j.layers.Parameters;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.run.TrainingRun;
import io.github.gss4j.run.listener.RunOutcome;
import io.github.gss4j.sample.SampleModel;
import io.github.gss4j.weights.PretrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java in README.md compiles, runs, and stands there as it stands here. */
class ReadmeExampleTest {
  @TempDir private Path directory;

  private static String write() {
    // begin write
    try (GssModel gss = GssModel.load(SampleModel.directory())) { // or a path, or "hf:OWNER/NAME"
      Sampling sampling = Sampling.seeded(42).withTemperature(0.7).withTopP(0.95);
      return gss.generate("package org.apache.lucene.util;\n", sampling);
    }
    // end write
  }

  private static void session(Path path, String book, Path file) throws IOException {
    // begin session
    try (GssModel gss = GssModel.load(path);
        Session session = gss.session()) {
      session.read(book); // a state of fixed size, however long the book
      try (Session fork = session.fork()) {
        System.out.println(fork.generate("In short, ", gss.options(100, Sampling.greedy())).text());
      }
      session.save(file); // gss.session(file) continues from here, days later
    }
    // end session
  }

  private static double train(String texts, long steps, Path run) throws IOException {
    // begin train
    TrainConfig config = TrainConfig.recommended().withData(texts).withSteps(steps);
    RunOutcome outcome = TrainingRun.start(config, run).run(); // resume(run) continues
    // end train
    return outcome.heldOut().bitsPerByte();
  }

  private static Tensor layer(Tensor x) {
    // begin layer
    Parameters p = Parameters.from(Init.random(1), Precision.FLOAT32, Tensors.device("cpu"));
    GatedLayer gss = GatedLayer.declare(p, 512, 4 * 512, GssConfig.PUBLISHED);
    Tensor y = gss.forward(x); // (1, 65536, 512) → (1, 65536, 512)
    // end layer
    p.release();
    return y;
  }

  @Test
  void theReadmesModelWrites() throws IOException {
    ModelConfig config = ModelConfig.of(256, 8, 1).withOptions(new GssConfig(4, 4, true));
    try (LanguageModel model = LanguageModel.create(config, 1)) {
      PretrainedModel.save(model, directory, Map.of());
    }
    Path file = directory.resolve("book.state");
    session(directory, "It was a dark and stormy night. ".repeat(100), file);
    assertThat(file).exists();
  }

  @Test
  void theReadmesRunTrainsAndItsModelWrites() throws IOException {
    Path texts = Files.createDirectory(directory.resolve("texts"));
    Files.writeString(texts.resolve("a.txt"), "the state of a gate is kept. ".repeat(1000));
    Path run = directory.resolve("run");
    assertThat(train(texts.toString(), 2, run)).isBetween(0.0, 16.0);
    try (GssModel gss = GssModel.load(run)) {
      assertThat(gss.generate("a ", Sampling.greedy())).isNotEmpty();
    }
  }

  @Test
  void theReadmesFirstLinesWriteJava() {
    assertThat(write()).contains("{", ";");
  }

  @Test
  void theReadmesLayerGivesBackItsShape() {
    Scopes.run(
        () -> {
          try (NoGradGuard guard = new NoGradGuard()) {
            Tensor y = layer(torch.randn(1, 65536, 512));
            assertThat(Tensors.shape(y)).containsExactly(1, 65536, 512);
            assertThat(Tensors.value(y.isfinite().all().to(torch.ScalarType.Double))).isOne();
          }
        });
  }

  @Test
  void theReadmeShowsThisCode() throws IOException {
    List<String> source =
        Files.readAllLines(Path.of("src/test/java/io/github/gss4j/ReadmeExampleTest.java"));
    String readme = Files.readString(Path.of("../README.md"));
    for (String part : List.of("write", "train", "session", "layer")) {
      int begin = source.indexOf("    // begin " + part) + 1;
      int end = source.indexOf("    // end " + part);
      String code = String.join("\n", source.subList(begin, end)).indent(-4).strip();
      assertThat(readme).contains(code);
    }
  }
}
