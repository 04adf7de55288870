package io.github.gss4j.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BenchTimerTest {
  @Test
  void theMedianIsTheMiddle() {
    assertThat(BenchTimer.median(new double[] {3, 1, 2})).isEqualTo(2);
    assertThat(BenchTimer.median(new double[] {4, 1, 2, 3})).isEqualTo(2.5);
  }
}
