package io.github.gss4j.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DownsamplingTest {
  @Property(tries = 200)
  void keepsTheExtremesAndBothEndsInOrder(
      @ForAll @IntRange(min = 1, max = 50_000) int length, @ForAll long seed) {
    double[] y = new Random(seed).doubles(length).toArray();
    int[] kept = Downsampling.keep(y, 400);
    assertThat(kept).hasSizeLessThanOrEqualTo(400).isSorted().doesNotHaveDuplicates();
    assertThat(kept).startsWith(0).endsWith(length - 1);
    assertThat(Arrays.stream(kept).mapToDouble(i -> y[i]).max()).isEqualTo(Arrays.stream(y).max());
    assertThat(Arrays.stream(kept).mapToDouble(i -> y[i]).min()).isEqualTo(Arrays.stream(y).min());
  }

  @Test
  void oneSpikeAndOneNanAmongAMillionAreKept() {
    double[] y = new double[1_000_000];
    y[123_456] = 1e9;
    y[123_460] = -1;
    y[765_432] = Double.NaN;
    assertThat(Downsampling.keep(y, 2_000))
        .contains(123_456, 123_460, 765_432)
        .hasSizeLessThan(2_002);
  }

  @Test
  void theBeginningStaysFineForALogarithmicAxis() {
    double[] y = new Random(1).doubles(1_000_000).toArray();
    int[] kept = Downsampling.keep(y, 2_000);
    assertThat(Arrays.stream(kept).filter(i -> i < 1_000).count()).isGreaterThan(200);
  }

  @Test
  void aShortCurveIsLeftWhole() {
    assertThat(Downsampling.keep(new double[] {3, 1, 2}, 2_000)).containsExactly(0, 1, 2);
    assertThat(Downsampling.keep(new double[0], 2_000)).isEmpty();
  }

  @Test
  void smoothingFollowsASteepStartAndPassesOverNan() {
    assertThat(Smoothing.running(new double[] {4, Double.NaN, 2}, 100)[2])
        .isStrictlyBetween(2.0, 4.0);
    assertThat(Smoothing.running(new double[] {Double.NaN, 1}, 5)).containsExactly(Double.NaN, 1);
    double[] flat = new double[1_000];
    Arrays.fill(flat, 2.5);
    assertThat(Smoothing.running(flat, 200)).containsOnly(2.5);
  }
}
