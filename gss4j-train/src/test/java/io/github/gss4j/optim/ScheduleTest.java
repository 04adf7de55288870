package io.github.gss4j.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The learning rate over a run. */
class ScheduleTest {
  @Test
  void risesInALineAndFallsInHalfACosine() {
    Schedule schedule = new Schedule(110, 10, new Decay.Cosine(0.2));
    assertThat(schedule.at(1, 1)).isEqualTo(0.1);
    assertThat(schedule.at(5, 1)).isEqualTo(0.5);
    assertThat(schedule.at(10, 1)).isEqualTo(1);
    assertThat(schedule.at(60, 1)).isCloseTo(0.6, within(1e-12)); // half way down to 0.2
    assertThat(schedule.at(110, 1)).isCloseTo(0.2, within(1e-12));
  }

  @Test
  void aFinalShareOfOneIsConstant() {
    Schedule schedule = new Schedule(50, 0, new Decay.Cosine(1));
    assertThat(schedule.at(1, 0.3)).isEqualTo(0.3);
    assertThat(schedule.at(50, 0.3)).isEqualTo(0.3);
  }

  @Property(tries = 200)
  void neverAboveThePeakNorBelowItsEnd(
      @ForAll @IntRange(min = 0, max = 50) int warmup,
      @ForAll @IntRange(min = 1, max = 100) int steps,
      @ForAll @DoubleRange(min = 0, max = 1) double share) {
    Schedule schedule = new Schedule(steps, warmup, new Decay.Cosine(share));
    for (int step = 1; step <= steps; step++) {
      double least = step <= warmup ? 2.0 * step / warmup : 2 * share;
      assertThat(schedule.at(step, 2)).isBetween(least - 1e-12, 2 + 1e-12);
      if (step > warmup + 1) {
        assertThat(schedule.at(step, 2)).isLessThanOrEqualTo(schedule.at(step - 1, 2) + 1e-12);
      }
    }
  }

  @Test
  void aShareBeyondOneIsRefused() {
    assertThatThrownBy(() -> new Schedule(10, 0, new Decay.Cosine(1.5)))
        .hasMessageContaining("final_lr is 1.5");
    assertThatThrownBy(() -> new Schedule(10, -1, new Decay.Constant()))
        .hasMessageContaining("warmup is -1");
  }

  @Test
  void aLineFallsEvenly() {
    Schedule schedule = new Schedule(110, 10, new Decay.Linear(0.5));
    assertThat(schedule.at(10, 2)).isEqualTo(2);
    assertThat(schedule.at(60, 2)).isCloseTo(1.5, within(1e-12));
    assertThat(schedule.at(110, 2)).isCloseTo(1, within(1e-12));
    assertThat(schedule.at(200, 2)).as("beyond the end").isCloseTo(1, within(1e-12));
  }

  @Test
  void constantStaysAtThePeak() {
    Schedule schedule = new Schedule(10, 4, new Decay.Constant());
    assertThat(schedule.at(2, 2)).isEqualTo(1);
    assertThat(schedule.at(5, 2)).isEqualTo(2);
    assertThat(schedule.at(10, 2)).isEqualTo(2);
  }

  @Test
  void eachRestartBeginsAtThePeakAndTakesLonger() {
    Schedule even = new Schedule(100, 0, new Decay.WarmRestarts(0.2, 20, 1));
    for (int start = 20; start < 100; start += 20) {
      assertThat(even.at(start, 1)).isEqualTo(1);
      assertThat(even.at(start + 10, 1)).isCloseTo(0.6, within(1e-12));
      assertThat(even.at(start - 1, 1)).isBetween(0.2, 0.21);
    }
    Schedule growing = new Schedule(1000, 5, new Decay.WarmRestarts(0, 10, 2));
    for (int start : new int[] {15, 35, 75, 155}) {
      assertThat(growing.at(start, 1)).isEqualTo(1);
      assertThat(growing.at(start - 1, 1)).isLessThan(0.1);
    }
  }

  @Test
  void aCycleWithoutStepsIsRefused() {
    assertThatThrownBy(() -> new Decay.WarmRestarts(0, 0, 1))
        .hasMessageContaining("restart_every is 0");
    assertThatThrownBy(() -> new Decay.WarmRestarts(0, 1, 0))
        .hasMessageContaining("restart_growth is 0");
  }
}
