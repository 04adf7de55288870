package io.github.gss4j.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.gss4j.batches.BatchSource;
import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.distributed.ShardingStrategy;
import io.github.gss4j.layers.Init;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.loss.Alternating;
import io.github.gss4j.loss.CrossEntropy;
import io.github.gss4j.loss.Distillation;
import io.github.gss4j.loss.FullTargets;
import io.github.gss4j.loss.Objective;
import io.github.gss4j.loss.Teacher;
import io.github.gss4j.loss.TokenLoss;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Autograd;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.run.inputs.RunTeacher;
import io.github.gss4j.tokenizer.ByteTokenizer;
import io.github.gss4j.tokenizer.Gpt2Tokenizer;
import io.github.gss4j.tokenizer.TokenizerException;
import io.github.gss4j.weights.PretrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Learning from a teacher, in the trainer. */
class DistillationTest {
  /** So many tokens that a micro-batch needs several slices. */
  private static final ModelConfig WIDE =
      ModelConfig.of(60_000, 8, 1).withOptions(new GssConfig(4, 4, true)).withHead(true, true);

  private static final int LENGTH = 129;

  @TempDir Path directory;

  private static LanguageModel model(ModelConfig config, long seed) {
    return LanguageModel.of(config, Init.random(seed), Precision.FLOAT64, Tensors.device("cpu"));
  }

  /** Remembers for how many tokens logits were asked at once. */
  private static final class Watched implements Teacher {
    private final Teacher inner;
    private long mostTokens;

    Watched(Teacher inner) {
      this.inner = inner;
    }

    @Override
    public int vocabulary() {
      return inner.vocabulary();
    }

    @Override
    public String fingerprint() {
      return inner.fingerprint();
    }

    @Override
    public Tensor hidden(Tensor ids) {
      return inner.hidden(ids);
    }

    @Override
    public Tensor head(Tensor hidden) {
      mostTokens = Math.max(mostTokens, hidden.size(0));
      return inner.head(hidden);
    }
  }

  @Test
  void gradientsAreThoseOfPlainAutogradOnWholeLogitsThoughNoneExist() {
    try (PointerScope scope = new PointerScope();
        LanguageModel student = model(WIDE, 1);
        LanguageModel wise = model(WIDE, 2)) {
      Watched teacher = new Watched(Teacher.of(wise));
      TokenLoss loss = new Distillation(new FullTargets(teacher, 2), 0.75);
      Tensor ids = TinyRun.ids(5, 1, LENGTH);
      student.parameters().forEach(p -> Autograd.require(p.value()));

      MicroLoss found;
      try (GradientPass<?> pass =
          new GradientPass<>(
              student,
              ShardingStrategy.alone(student.parameters()),
              LENGTH - 1,
              false,
              SequenceForm.WHOLE)) {
        found = pass.add(ids, true, 1, loss);
      }
      long slice = GradientPass.sliceTokens(student);
      assertThat(teacher.mostTokens).isEqualTo(slice).isLessThan(LENGTH - 1);
      Map<String, double[]> ours = gradients(student);
      student.parameters().forEach(p -> p.value().grad().zero_());

      Tensor inputs = ids.narrow(1, 0, LENGTH - 1);
      Tensor targets = ids.narrow(1, 1, LENGTH - 1).flatten();
      Tensor logits = student.logits(inputs).flatten(0, 1); // (B·L, V)
      Tensor p = wise.logits(inputs).flatten(0, 1).detach().div(new Scalar(2.0)).softmax(1);
      Tensor q = logits.div(new Scalar(2.0)).softmax(1);
      Tensor divergence = p.mul(p.log().sub(q.log())).sum(1).mean().mul(new Scalar(4.0));
      Tensor crossEntropy = CrossEntropy.sum(logits, targets).div(new Scalar(LENGTH - 1.0));
      Tensor whole = divergence.mul(new Scalar(0.75)).add(crossEntropy.mul(new Scalar(0.25)));
      whole.backward();

      assertThat(found.objective()).isEqualTo(Distillation.NAME);
      assertThat(found.value()).isCloseTo(Tensors.value(whole), within(1e-10));
      assertThat(found.crossEntropy()).isCloseTo(Tensors.value(crossEntropy), within(1e-10));
      gradients(student)
          .forEach((name, g) -> assertThat(apart(ours.get(name), g)).as(name).isLessThan(1e-12));
    }
  }

  private static double apart(double[] a, double[] b) {
    assertThat(a).hasSameSizeAs(b);
    return IntStream.range(0, a.length).mapToDouble(i -> Math.abs(a[i] - b[i])).max().orElse(0);
  }

  private static Map<String, double[]> gradients(LanguageModel model) {
    Map<String, double[]> gradients = new LinkedHashMap<>();
    for (Parameter p : model.parameters()) {
      gradients.put(p.name(), Tensors.toDoubles(Autograd.gradient(p.value())));
    }
    return gradients;
  }

  private static List<StepMetrics> train(Objective objective, int accumulate, int steps) {
    TrainConfig config = TinyRun.config("float32", 2, accumulate, false, false);
    List<StepMetrics> results = new ArrayList<>();
    try (LanguageModel model = TinyRun.model(config);
        Trainer<BatchSource> trainer = TrainableLanguageModel.trainer(model, config, objective)) {
      for (int i = 0; i < steps; i++) {
        results.add(trainer.step((step, micro) -> TinyRun.ids(step * 10 + micro, 2, 33)));
      }
    }
    return results;
  }

  @Test
  void eachStepSaysWhatItsLossIs() {
    try (LanguageModel wise = LanguageModel.create(TinyRun.MODEL, 9)) {
      TokenLoss distillation = new Distillation(new FullTargets(Teacher.of(wise), 1), 1);
      List<StepMetrics> steps =
          train(new Alternating(new CrossEntropy(), distillation, Alternating.Every.STEP), 2, 3);
      assertThat(steps)
          .extracting(StepMetrics::objective)
          .containsExactly("cross_entropy", "distillation", "cross_entropy");
      assertThat(steps.get(0).loss()).isEqualTo(steps.get(0).crossEntropy());
      assertThat(steps.get(0).lossOf("distillation")).isNaN();
      assertThat(steps.get(1).loss()).isEqualTo(steps.get(1).lossOf("distillation"));
      assertThat(steps.get(1).crossEntropy()).isNotEqualTo(steps.get(1).loss()).isPositive();

      List<StepMetrics> micros =
          train(new Alternating(new CrossEntropy(), distillation, Alternating.Every.MICRO), 3, 2);
      assertThat(micros)
          .extracting(StepMetrics::objective)
          .containsExactly("alternating", "alternating");
      assertThat(micros.get(1).microBatches())
          .extracting(MicroLoss::objective)
          .containsExactly("distillation", "cross_entropy", "distillation");
      assertThat(micros.get(1).lossOf("distillation")).isPositive();
    }
  }

  @Test
  void aTeacherThatDoesNotFitIsRefusedWithBothNumbers() throws IOException {
    Path own = directory;
    try (LanguageModel wise = LanguageModel.create(ModelConfig.of(63, 16, 1), 9)) {
      PretrainedModel.save(wise, own, Map.of());
    }
    TrainConfig run = taught(TinyRun.config("float32"), "distillation", own.toString());
    assertThatThrownBy(() -> RunTeacher.open(run, own, new ByteTokenizer()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("num_tokens is 64", "expected 63");
    Path gpt2 = Path.of("../gss4j/src/test/resources/gpt2/one_head");
    assertThatThrownBy(() -> RunTeacher.open(run, gpt2, new ByteTokenizer()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("num_tokens is 64", "expected 61");
  }

  @Test
  void aSequenceLongerThanTheTeacherReadsIsRefusedWithBothNumbers() {
    TrainConfig tiny = TinyRun.config("float32");
    TrainConfig run =
        TrainConfig.from(
            new JsonFields(
                "run.json", taught(tiny, "alternating", "gpt2").toJson().put("num_tokens", 61)),
            tiny);
    Path gpt2 = Path.of("../gss4j/src/test/resources/gpt2/one_head");
    assertThatThrownBy(() -> RunTeacher.open(run, gpt2, new ByteTokenizer()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("seq_len is 32", "at most 24");
  }

  @Test
  void aTeacherOfAsManyOtherTokensIsRefused() throws IOException {
    ModelConfig config = ModelConfig.of(256, 16, 1);
    Path own = directory.resolve("own");
    try (LanguageModel wise = LanguageModel.create(config, 9)) {
      PretrainedModel.save(wise, Files.createDirectory(own), Map.of());
    }
    StringBuilder tokens = new StringBuilder("{\"!\": 0");
    for (int id = 1; id < 256; id++) {
      tokens.append(", \"token ").append(id).append("\": ").append(id);
    }
    TrainConfig tiny = TinyRun.config(TinyRun.config("float32"), "{\"num_tokens\": 256}");
    TrainConfig run = taught(tiny, "distillation", own.toString());
    RunTeacher.open(run, own, new ByteTokenizer()).close(); // nothing says what its tokens are
    Files.writeString(own.resolve("vocab.json"), tokens + "}");
    assertThatThrownBy(() -> RunTeacher.open(run, own, new ByteTokenizer()))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContainingAll("vocab.json: token 0 is '!' there", "share their tokenizer");
  }

  @Test
  void aTeacherWhoseVocabularyIsPaddedTeaches() throws IOException {
    Path own = directory.resolve("padded");
    try (LanguageModel wise = LanguageModel.create(ModelConfig.of(320, 16, 1), 9)) {
      PretrainedModel.save(wise, Files.createDirectory(own), Map.of());
    }
    for (int ours : new int[] {256, 300, 320, 384}) {
      TrainConfig tiny =
          TinyRun.config(TinyRun.config("float32"), "{\"num_tokens\": " + ours + "}");
      TrainConfig run = taught(tiny, "distillation", own.toString());
      try (RunTeacher teacher = RunTeacher.open(run, own, new ByteTokenizer());
          LanguageModel model = TinyRun.model(run)) {
        try (Trainer<BatchSource> trainer =
            TrainableLanguageModel.trainer(model, run, teacher.objective())) {
          assertThat(trainer.step((step, micro) -> TinyRun.ids(micro, 2, 33)).loss())
              .isFinite()
              .isPositive();
        }
      }
    }
    TrainConfig tiny = TinyRun.config(TinyRun.config("float32"), "{\"num_tokens\": 50257}");
    TrainConfig run = taught(tiny, "distillation", own.toString());
    assertThatThrownBy(() -> RunTeacher.open(run, own, new Gpt2Tokenizer()))
        .hasMessageContainingAll("num_tokens is 50257", "expected 320");
  }

  @Test
  void aTeacherThatNobodyAsksIsRefused() {
    TrainConfig run = taught(TinyRun.config("float32"), "cross_entropy", "somewhere");
    assertThatThrownBy(() -> RunTeacher.none(run)).hasMessageContaining("'somewhere'");
    assertThatThrownBy(() -> RunTeacher.open(run, directory, new ByteTokenizer()))
        .hasMessageContaining("objective is cross_entropy");
    TrainConfig alone = taught(TinyRun.config("float32"), "distillation", "");
    assertThatThrownBy(() -> RunTeacher.none(alone)).hasMessageContaining("a teacher");
  }

  private static TrainConfig taught(TrainConfig config, String objective, String teacher) {
    return TrainConfig.from(
        new JsonFields(
            "run.json", config.toJson().put("objective", objective).put("teacher", teacher)),
        config);
  }
}
