package io.github.gss4j.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.gss4j.ops.Autograd;
import io.github.gss4j.ops.Tensors;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Values and gradients of every objective, against the formula written out in Java. */
class ObjectiveTest {
  private static final int ROWS = 3;
  private static final int LENGTH = 5;
  private static final int TOKENS = ROWS * LENGTH;
  private static final int V = Fixed.VOCABULARY;

  @TempDir Path directory;

  /** One objective and the number it stands for. */
  private record Case(String name, TokenLoss loss, Formula formula) {}

  /** Σ over tokens of the loss, from log probabilities at the temperature and at 1. */
  @FunctionalInterface
  private interface Formula {
    double sum(double[][] logits, double[][] teacher, long[] targets);
  }

  private static final Tensor IDS = Fixed.ids(1, ROWS, LENGTH);
  private static final Tensor TARGETS = Fixed.ids(2, 1, TOKENS).flatten();

  private List<Case> cases(Fixed teacher) {
    return List.of(
        new Case("cross entropy", new CrossEntropy(), (z, t, y) -> crossEntropy(z, y)),
        new Case(
            "distillation",
            new Distillation(new FullTargets(teacher, 1), 1),
            (z, t, y) -> divergence(z, t, 1)),
        new Case(
            "distillation at temperature 2.5",
            new Distillation(new FullTargets(teacher, 2.5), 1),
            (z, t, y) -> 6.25 * divergence(z, t, 2.5)),
        new Case(
            "mixed distillation at temperature 0.5",
            new Distillation(new FullTargets(teacher, 0.5), 0.3),
            (z, t, y) -> 0.3 * 0.25 * divergence(z, t, 0.5) + 0.7 * crossEntropy(z, y)));
  }

  private static double crossEntropy(double[][] logits, long[] targets) {
    double sum = 0;
    for (int t = 0; t < logits.length; t++) {
      sum -= logSoftmax(logits[t], 1)[(int) targets[t]];
    }
    return sum;
  }

  private static double divergence(double[][] logits, double[][] teacher, double temperature) {
    double sum = 0;
    for (int t = 0; t < logits.length; t++) {
      double[] q = logSoftmax(logits[t], temperature);
      double[] p = logSoftmax(teacher[t], temperature);
      for (int v = 0; v < V; v++) {
        sum += Math.exp(p[v]) * (p[v] - q[v]);
      }
    }
    return sum;
  }

  private static double[] logSoftmax(double[] logits, double temperature) {
    double total = DoubleStream.of(logits).map(z -> Math.exp(z / temperature)).sum();
    return DoubleStream.of(logits).map(z -> z / temperature - Math.log(total)).toArray();
  }

  private static double[][] rows(Tensor logits) {
    double[][] rows = new double[(int) logits.size(0)][];
    java.util.Arrays.setAll(rows, t -> Tensors.toDoubles(logits.select(0, t)));
    return rows;
  }

  @TestFactory
  Stream<DynamicTest> valuesAreTheFormulas() {
    Fixed teacher = new Fixed("teacher", 3);
    double[][] logits = rows(Fixed.logits(4, TOKENS));
    double[][] taught = rows(teacher.answers(IDS));
    long[] targets = Tensors.toLongs(TARGETS);
    return cases(teacher).stream()
        .map(
            c ->
                DynamicTest.dynamicTest(
                    c.name(),
                    () -> {
                      double[] found = sums(c.loss(), Fixed.logits(4, TOKENS), TOKENS);
                      double expected = c.formula().sum(logits, taught, targets);
                      assertThat(found[0]).isCloseTo(expected, within(1e-10));
                      assertThat(found[1]).isCloseTo(crossEntropy(logits, targets), within(1e-10));
                    }));
  }

  @TestFactory
  Stream<DynamicTest> gradientsAreFiniteDifferencesOfTheFormulas() {
    Fixed teacher = new Fixed("teacher", 3);
    double[][] taught = rows(teacher.answers(IDS));
    long[] targets = Tensors.toLongs(TARGETS);
    return cases(teacher).stream()
        .map(
            c ->
                DynamicTest.dynamicTest(
                    c.name(),
                    () -> {
                      double[] found = gradient(c.loss(), Fixed.logits(4, TOKENS), 4);
                      double[][] logits = rows(Fixed.logits(4, TOKENS));
                      for (int i = 0; i < TOKENS * V; i += 7) {
                        double step = 1e-5;
                        double[] row = logits[i / V];
                        double before = row[i % V];
                        row[i % V] = before + step;
                        double above = c.formula().sum(logits, taught, targets);
                        row[i % V] = before - step;
                        double below = c.formula().sum(logits, taught, targets);
                        row[i % V] = before;
                        double slope = (above - below) / (2 * step);
                        assertThat(found[i]).as("logit %d", i).isCloseTo(slope, within(1e-8));
                      }
                    }));
  }

  @TestFactory
  Stream<DynamicTest> slicesOfAnySizeGiveTheSame() {
    Fixed teacher = new Fixed("teacher", 3);
    return cases(teacher).stream()
        .map(
            c ->
                DynamicTest.dynamicTest(
                    c.name(),
                    () -> {
                      double[] whole = sums(c.loss(), Fixed.logits(4, TOKENS), TOKENS);
                      double[] gradient = gradient(c.loss(), Fixed.logits(4, TOKENS), TOKENS);
                      for (int size : new int[] {1, 2, 4, 7, 14}) {
                        assertThat(sums(c.loss(), Fixed.logits(4, TOKENS), size))
                            .containsExactly(whole, within(1e-11));
                        assertThat(gradient(c.loss(), Fixed.logits(4, TOKENS), size))
                            .containsExactly(gradient, within(1e-12));
                      }
                    }));
  }

  @Test
  void aStudentThatIsItsTeacherHasNoLossAndNoGradient() {
    Fixed teacher = new Fixed("teacher", 3);
    try (TopKTargets top = TopKTargets.open(teacher, 1.5, 4, directory)) {
      for (TeacherTargets targets : List.of(new FullTargets(teacher, 1.5), top)) {
        TokenLoss loss = new Distillation(targets, 1);
        // the likeliest tokens are kept in float32
        assertThat(sums(loss, teacher.answers(IDS), 4)[0]).isCloseTo(0, within(1e-6));
        assertThat(gradient(loss, teacher.answers(IDS), 4))
            .containsExactly(new double[TOKENS * V], within(1e-6));
      }
    }
  }

  @Test
  void teacherAndStudentMayHaveIdsThatTheOtherLacks() {
    Fixed teacher = new Fixed("teacher", 3);
    Tensor student = Fixed.logits(4, TOKENS);
    Tensor padded = torch.constant_pad_nd(student, new long[] {0, 5}, new Scalar(9.0));
    double same = sums(new Distillation(new FullTargets(teacher, 2), 1), student, 4)[0];
    TokenLoss wide = new Distillation(new FullTargets(teacher, 2), 1);
    assertThat(sums(wide, padded, 4)[0]).isCloseTo(same, within(1e-10));
    double[] gradient = gradient(wide, padded, 4);
    for (int i = 0; i < gradient.length; i++) {
      assertThat(gradient[i] == 0).isEqualTo(i % (V + 5) >= V);
    }
    Teacher few = teacher.ofFirst(V - 3);
    Tensor narrow = student.narrow(1, 0, V - 3).contiguous();
    try (TopKTargets top = TopKTargets.open(few, 2, V - 4, directory)) {
      double whole = sums(new Distillation(new FullTargets(few, 2), 1), narrow, 4)[0];
      assertThat(sums(new Distillation(top, 1), narrow, 4)[0]).isCloseTo(whole, within(1e-5));
      Tensor own = teacher.answers(IDS).narrow(1, 0, V - 3).contiguous();
      assertThat(sums(new Distillation(top, 1), own, 4)[0]).isCloseTo(0, within(1e-6));
    }
  }

  @Test
  void theLikeliestTokensSayLessThanAllAndNearlyAllSayAsMuch() {
    Fixed teacher = new Fixed("teacher", 3);
    Tensor student = Fixed.logits(4, TOKENS);
    double whole = sums(new Distillation(new FullTargets(teacher, 2), 1), student, 4)[0];
    double before = 0;
    for (int k : new int[] {1, 4, 12, V - 1}) {
      try (TopKTargets top = TopKTargets.open(teacher, 2, k, directory)) {
        double some = sums(new Distillation(top, 1), student, 4)[0];
        assertThat(some).isBetween(before, whole + 1e-5);
        before = some;
      }
    }
    assertThat(before).isCloseTo(whole, within(1e-5));
  }

  @Test
  void lossesTakeTurns() {
    TokenLoss first = new CrossEntropy();
    TokenLoss second = new Distillation(new FullTargets(new Fixed("teacher", 3), 1), 1);
    Alternating steps = new Alternating(first, second, Alternating.Every.STEP);
    Alternating micros = new Alternating(first, second, Alternating.Every.MICRO);
    int accumulate = 3;
    for (int step = 1; step <= 4; step++) {
      for (int micro = 0; micro < accumulate; micro++) {
        var turn = new Alternating.Turn(step, (step - 1L) * accumulate + micro);
        assertThat(steps.at(turn)).isSameAs(step % 2 == 1 ? first : second);
        assertThat(micros.at(turn)).isSameAs(turn.microBatch() % 2 == 0 ? first : second);
        assertThat(second.at(turn)).isSameAs(second);
      }
    }
  }

  @Test
  void settingsOutOfRangeAreRefusedWithTheValue() {
    Fixed teacher = new Fixed("teacher", 3);
    assertThatThrownBy(() -> new Distillation(new FullTargets(teacher, 0), 1))
        .hasMessageContaining("temperature is 0.0");
    assertThatThrownBy(() -> new Distillation(new FullTargets(teacher, 1), 1.5))
        .hasMessageContaining("distill_weight is 1.5");
    assertThatThrownBy(() -> TopKTargets.open(teacher, 1, V, directory))
        .hasMessageContaining("teacher_top_k is " + V)
        .hasMessageContaining("1 to " + (V - 1));
  }

  /** Loss and cross entropy, summed over all tokens in slices. */
  private static double[] sums(TokenLoss loss, Tensor logits, int slice) {
    double[] sums = new double[2];
    try (PointerScope scope = new PointerScope()) {
      TokenLoss.Batch batch = loss.begin(IDS);
      for (int from = 0; from < TOKENS; from += slice) {
        int count = Math.min(slice, TOKENS - from);
        TokenLoss.Sums some =
            batch.sums(logits.narrow(0, from, count), TARGETS.narrow(0, from, count), from);
        sums[0] += Tensors.value(some.loss());
        sums[1] += Tensors.value(some.crossEntropy());
      }
    }
    return sums;
  }

  private static double[] gradient(TokenLoss loss, Tensor logits, int slice) {
    try (PointerScope scope = new PointerScope()) {
      Tensor leaf = Autograd.require(logits.clone());
      TokenLoss.Batch batch = loss.begin(IDS);
      for (int from = 0; from < TOKENS; from += slice) {
        int count = Math.min(slice, TOKENS - from);
        batch
            .sums(leaf.narrow(0, from, count), TARGETS.narrow(0, from, count), from)
            .loss()
            .backward();
      }
      return Tensors.toDoubles(Autograd.gradient(leaf));
    }
  }
}
