package io.github.gss4j.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class SamplerTest {
  private static final float[] LOGITS = {1f, 3f, 2f, -1f, 0f};
  private static final int DRAWS = 20_000;

  /** How often each token comes, as a share. */
  private static double[] shares(Sampling sampling) {
    double[] counts = new double[LOGITS.length];
    Sampler sampler = new Sampler(sampling);
    for (int i = 0; i < DRAWS; i++) {
      counts[sampler.next(LOGITS)] += 1.0 / DRAWS;
    }
    return counts;
  }

  private static double[] softmax(double temperature) {
    double[] p = new double[LOGITS.length];
    Arrays.setAll(p, i -> Math.exp(LOGITS[i] / temperature));
    double sum = Arrays.stream(p).sum();
    return Arrays.stream(p).map(x -> x / sum).toArray();
  }

  @Test
  void greedyTakesTheLargestLogit() {
    assertThat(new Sampler(Sampling.greedy()).next(LOGITS)).isEqualTo(1);
  }

  @Test
  void plainSamplingFollowsTheSoftmax() {
    assertThat(shares(Sampling.seeded(1))).containsExactly(softmax(1), Offset.offset(0.015));
  }

  @Test
  void temperatureFlattens() {
    assertThat(shares(Sampling.seeded(2).withTemperature(3)))
        .containsExactly(softmax(3), Offset.offset(0.015));
  }

  @Test
  void topKLeavesTheLikeliestOnly() {
    double[] p = shares(Sampling.seeded(3).withTopK(2));
    assertThat(p[0] + p[3] + p[4]).isZero();
    assertThat(p[1])
        .isCloseTo(softmax(1)[1] / (softmax(1)[1] + softmax(1)[2]), Offset.offset(0.015));
  }

  @Test
  void topPTakesTheFewestTokensThatReachIt() {
    double first = softmax(1)[1]; // 0.64
    assertThat(shares(Sampling.seeded(4).withTopP(first - 0.01))[1])
        .isEqualTo(1, Offset.offset(1e-9));
    double[] p = shares(Sampling.seeded(4).withTopP(first + 0.01));
    assertThat(p[2]).isPositive();
    assertThat(p[0]).isZero();
  }

  @Test
  void minPIsAShareOfTheLikeliest() {
    double[] p = shares(Sampling.seeded(5).withMinP(0.3)); // e^-1 = 0.37 stays, e^-2 = 0.14 goes
    assertThat(p[2]).isPositive();
    assertThat(p[0]).isZero();
  }

  @Test
  void repetitionPenaltyWeakensWhatWasSeen() {
    Sampler sampler = new Sampler(Sampling.greedy().withRepetitionPenalty(2));
    assertThat(sampler.next(LOGITS)).isEqualTo(1); // 3 becomes 1.5
    assertThat(sampler.next(LOGITS)).isEqualTo(2); // 2 becomes 1
    assertThat(sampler.next(LOGITS)).isEqualTo(1);
    Sampler negative = new Sampler(Sampling.greedy().withRepetitionPenalty(3));
    negative.note(0);
    assertThat(negative.next(new float[] {-1f, -2f})).isEqualTo(1); // −1 becomes −3
  }

  @Test
  void filterThresIsThePackagesTopK() {
    assertThat(Sampling.topKOf(0.9, 256)).isEqualTo(25);
    assertThat(Sampling.topKOf(0.999, 256)).isEqualTo(1);
  }

  @Test
  void oneSeedGivesTheSameTokensAndSequencesDiffer() {
    int[][] draws = new int[3][200];
    int[][] of = {{7, 0}, {7, 0}, {7, 1}};
    for (int i = 0; i < 3; i++) {
      Sampler sampler = new Sampler(Sampling.seeded(of[i][0]).forSequence(of[i][1]));
      Arrays.setAll(draws[i], k -> sampler.next(LOGITS));
    }
    assertThat(draws[0]).isEqualTo(draws[1]).isNotEqualTo(draws[2]);
  }

  @Test
  void logitsThatAreNoNumbersAreAnError() {
    assertThatThrownBy(() -> new Sampler(Sampling.greedy()).next(new float[] {1f, Float.NaN}))
        .isInstanceOf(ArithmeticException.class)
        .hasMessageContaining("NaN at token 1");
  }

  @Test
  void logitsThatAreInfiniteAreAnErrorUnlessTheyRuleATokenOut() {
    float infinity = Float.POSITIVE_INFINITY;
    for (Sampling sampling : List.of(Sampling.greedy(), Sampling.seeded(1), topK())) {
      assertThatThrownBy(() -> new Sampler(sampling).next(new float[] {1f, infinity}))
          .isInstanceOf(ArithmeticException.class)
          .hasMessageContaining("Infinity at token 1");
      assertThatThrownBy(() -> new Sampler(sampling).next(new float[] {-infinity, -infinity}))
          .isInstanceOf(ArithmeticException.class)
          .hasMessageContaining("all -Infinity");
      assertThat(new Sampler(sampling).next(new float[] {-infinity, 1f})).isEqualTo(1);
    }
  }

  private static Sampling topK() {
    return Sampling.seeded(1).withTopK(3);
  }

  @Test
  void anIdWithoutATokenIsNeverChosenWhateverItsLogit() {
    float[] logits = {0f, 50f, 1f, Float.NaN, Float.POSITIVE_INFINITY};
    for (Sampling sampling : List.of(Sampling.greedy(), Sampling.seeded(1), topK())) {
      Sampler sampler = new Sampler(sampling, id -> id == 0 || id == 2);
      for (int i = 0; i < 100; i++) {
        assertThat(sampler.next(logits)).isIn(0, 2);
      }
    }
  }

  @Test
  void rangesAreChecked() {
    assertThatThrownBy(() -> Sampling.seeded(0).withTopP(0))
        .hasMessage("top-p is 0.0, expected above 0 and at most 1");
    assertThatThrownBy(() -> Sampling.seeded(0).withTemperature(-1)).hasMessageContaining("-1.0");
    assertThatThrownBy(() -> Sampling.topKOf(1.5, 10)).hasMessageContaining("filter-thres");
  }
}
