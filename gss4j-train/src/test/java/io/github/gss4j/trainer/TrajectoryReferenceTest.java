package io.github.gss4j.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.batches.BatchSource;
import io.github.gss4j.checkpoint.Safetensors;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.config.training.BatchConfig;
import io.github.gss4j.config.training.LongRun;
import io.github.gss4j.config.training.StateConfig;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.loss.Alternating;
import io.github.gss4j.loss.CrossEntropy;
import io.github.gss4j.loss.Distillation;
import io.github.gss4j.loss.FullTargets;
import io.github.gss4j.loss.Objective;
import io.github.gss4j.loss.Teacher;
import io.github.gss4j.loss.TeacherTargets;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.optim.Decay;
import io.github.gss4j.optim.OptimizerConfig;
import io.github.gss4j.optim.Schedule;
import io.github.gss4j.weights.TensorFiles;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The published package's training runs, through the real trainer: every loss, norm and weight. */
class TrajectoryReferenceTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TestFactory
  Stream<DynamicTest> publishedTrainingRuns() throws IOException {
    List<Safetensors> runs = new ArrayList<>();
    String given = System.getProperty("gss.reference", "");
    List<Path> directories =
        given.isBlank()
            ? List.of(Path.of("../gss4j/src/test/resources/reference"))
            : Stream.of(given.split(File.pathSeparator, -1)).map(Path::of).toList();
    for (Path directory : directories) {
      try (Stream<Path> files = Files.list(directory)) {
        files
            .filter(p -> p.toString().endsWith(".safetensors"))
            .sorted()
            .map(Safetensors::open)
            .filter(f -> f.metadata().containsKey("recipe"))
            .forEach(runs::add);
      }
    }
    assertThat(runs).as("training runs in %s", directories).isNotEmpty();
    return runs.stream()
        .flatMap(
            run ->
                Stream.of(
                    DynamicTest.dynamicTest(
                        run.file() + " FLOAT64", () -> check(run, "float64", 1e-10)),
                    DynamicTest.dynamicTest(
                        run.file() + " FLOAT32", () -> check(run, "float32", 2e-5))));
  }

  private static void check(Safetensors run, String dtype, double tolerance) throws IOException {
    JsonNode recipe = JSON.readTree(run.metadata().get("recipe"));
    ModelConfig config =
        ModelConfig.parse(run.file().toString(), JSON.readTree(run.metadata().get("config")));
    try (PointerScope scope = new PointerScope();
        LanguageModel model =
            LanguageModel.of(
                config,
                (name, init, shape) -> TensorFiles.read(run.file(), "param." + name),
                Precision.forTraining(dtype),
                Tensors.device("cpu"));
        Trainer<BatchSource> trainer =
            TrainableLanguageModel.trainer(
                model, trainConfig(config, recipe, dtype), objective(run, recipe))) {
      Tensor data = TensorFiles.read(run.file(), "in.ids"); // (steps, micro-batches, B, L+1)
      double[] losses = Tensors.toDoubles(TensorFiles.read(run.file(), "out.losses"));
      Optional<double[]> norms =
          Optional.of("out.grad_norms")
              .filter(run.entries()::containsKey)
              .map(name -> Tensors.toDoubles(TensorFiles.read(run.file(), name)));
      int micros = recipe.get("micro_batches").asInt();
      for (int step = 0; step < data.size(0); step++) {
        StepMetrics result = trainer.step((s, micro) -> batch(data, s, micro));
        for (int micro = 0; micro < micros; micro++) {
          assertThat(result.losses().get(micro))
              .as("loss of step %d, micro-batch %d", step, micro)
              .isCloseTo(losses[step * micros + micro], within(losses[0] * tolerance));
        }
        if (norms.isPresent()) {
          double[] expected = norms.get();
          assertThat(result.gradNorm())
              .as("gradient norm of step %d", step)
              .isCloseTo(expected[step], within(expected[0] * tolerance * 10));
        }
      }
      model.parameters().forEach(p -> checkFinal(run, trainer, p.name(), tolerance));
    }
  }

  private static Tensor batch(Tensor data, long step, int micro) {
    Tensor ids = data.select(0, step - 1);
    return ids.dim() == 2 ? ids : ids.select(0, micro);
  }

  private static Objective objective(Safetensors run, JsonNode recipe) {
    String named = recipe.get("objective").toString();
    if (named.equals("[\"cross_entropy\"]")) {
      return Objective.crossEntropy();
    }
    assertThat(named).isEqualTo("[\"cross_entropy\",\"kl_teacher_student_mean_over_tokens\"]");
    assertThat(recipe.get("alternate").asText())
        .isEqualTo("even steps the first, odd steps the second"); // counted from 0
    TeacherTargets targets =
        new FullTargets(new Recorded(run), recipe.get("temperature").asDouble());
    return new Alternating(
        new CrossEntropy(), new Distillation(targets, 1), Alternating.Every.STEP);
  }

  /** A teacher whose logits were written down. */
  private record Recorded(Tensor ids, Tensor logits) implements Teacher {
    Recorded(Safetensors run) {
      this(
          TensorFiles.read(run.file(), "in.ids"),
          TensorFiles.read(run.file(), "in.teacher_logits"));
    }

    @Override
    public int vocabulary() {
      return (int) logits.size(3);
    }

    @Override
    public String fingerprint() {
      return "recorded";
    }

    @Override
    public Tensor hidden(Tensor asked) {
      for (long step = 0; step < ids.size(0); step++) {
        if (ids.select(0, step).narrow(1, 0, asked.size(1)).equal(asked)) {
          return logits.select(0, step);
        }
      }
      throw new AssertionError("ids of no step");
    }

    @Override
    public Tensor head(Tensor hidden) {
      return hidden;
    }
  }

  private static void checkFinal(
      Safetensors run, Trainer<BatchSource> trainer, String name, double tolerance) {
    double[] expected = Tensors.toDoubles(TensorFiles.read(run.file(), "out.final." + name));
    double[] found = TinyRun.weights(trainer).get(name);
    double largest = 0;
    for (double e : expected) {
      largest = Math.max(largest, Math.abs(e));
    }
    // in float32 Adam divides tiny gradients by their own size, so weights may part a little more
    double room = largest * (tolerance < 1e-6 ? 1e-9 : 1e-2);
    assertThat(found).as("final %s", name).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(found[i]).as("final %s[%d]", name, i).isCloseTo(expected[i], within(room));
    }
  }

  private static org.assertj.core.data.Offset<Double> within(double difference) {
    return org.assertj.core.data.Offset.offset(difference);
  }

  private static TrainConfig trainConfig(ModelConfig model, JsonNode recipe, String dtype) {
    OptimizerConfig optimizer =
        new OptimizerConfig(
            OptimizerConfig.Kind.valueOf(recipe.get("optimizer").asText().toUpperCase(Locale.ROOT)),
            recipe.get("lr").asDouble(),
            recipe.get("betas").get(0).asDouble(),
            recipe.get("betas").get(1).asDouble(),
            recipe.get("eps").asDouble(),
            recipe.path("weight_decay").asDouble(0),
            recipe.path("weight_decay_on").asText("matrices").equals("all"),
            recipe.get("clip_grad_norm").asDouble());
    boolean sum = recipe.get("accumulation").asText().equals("sum");
    return TinyRun.config(dtype)
        .with(model)
        .with(new BatchConfig(2, recipe.get("micro_batches").asInt(), sum, 24, StateConfig.NONE))
        .with(optimizer)
        .with(new Schedule(1000, 0, new Decay.Constant()))
        .with(LongRun.DEFAULT)
        .withSeed(0);
  }
}
