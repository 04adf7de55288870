package io.github.gss4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class SampleOrderTest {
  @Property(tries = 200)
  void epochTakesEachWindowOnceAndStaysInTheStore(
      @ForAll @IntRange(min = 1, max = 70) int seqLen,
      @ForAll @IntRange(min = 1, max = 5000) int more,
      @ForAll @IntRange(max = 3) int epoch,
      @ForAll long seed) {
    long size = seqLen + (long) more;
    SampleOrder order = SampleOrder.of(size, seqLen, seed);
    TreeSet<Long> offsets = new TreeSet<>();
    for (long i = epoch * order.windows(); i < (epoch + 1) * order.windows(); i++) {
      assertThat(order.epoch(i)).isEqualTo(epoch);
      assertThat(offsets.add(order.offset(i))).as("sample %d is new", i).isTrue();
    }
    assertThat(offsets.first()).isNotNegative();
    assertThat(offsets.last() + seqLen + 1).isLessThanOrEqualTo(size);
    assertThat(offsets.last() - offsets.first()).isEqualTo((order.windows() - 1) * seqLen);
    // what the grid leaves over is less than two windows
    assertThat(size - order.windows() * seqLen - 1).isLessThan(2L * seqLen);
  }

  @Property(tries = 300)
  void permutationTakesEachNumberOnce(
      @ForAll @LongRange(min = 1, max = 3000) long size, @ForAll long key) {
    Permutation permutation = new Permutation(size, key);
    Set<Long> taken = new HashSet<>();
    for (long i = 0; i < size; i++) {
      long at = permutation.at(i);
      assertThat(at).isBetween(0L, size - 1);
      taken.add(at);
    }
    assertThat(taken).hasSize((int) size);
  }

  @Property(tries = 200)
  void largestStoresStayInRange(
      @ForAll @LongRange(min = 1L << 40, max = Long.MAX_VALUE) long size,
      @ForAll @LongRange(min = 0) long sample,
      @ForAll long seed) {
    assertThat(SampleOrder.of(size, 512, seed).offset(sample)).isBetween(0L, size - 513);
    assertThat(SampleOrder.of(size, 1, seed).offset(sample)).isBetween(0L, size - 2);
  }

  @Property(tries = 100)
  void sameNumberIsTheSameSample(@ForAll long seed, @ForAll @LongRange(max = 9999) long sample) {
    long once = SampleOrder.of(100_000, 16, seed).offset(sample);
    assertThat(SampleOrder.of(100_000, 16, seed).offset(sample)).isEqualTo(once);
  }

  @Test
  void orderIsTheSameInEveryVersion() {
    SampleOrder order = SampleOrder.of(1000, 10, 42);
    // a resumed run must read on where it was: these numbers may not change
    assertThat(LongStream.range(0, 5).map(order::offset).toArray())
        .containsExactly(510, 460, 270, 390, 30);
  }

  @Test
  void epochsAndSeedsDiffer() {
    SampleOrder order = SampleOrder.of(100_000, 16, 1);
    long[] first = offsets(order, 0);
    long[] second = offsets(order, order.windows());
    assertThat(second).isNotEqualTo(first);
    assertThat(offsets(SampleOrder.of(100_000, 16, 2), 0)).isNotEqualTo(first);
    assertThat(LongStream.of(first).sorted().toArray()).isNotEqualTo(first);
  }

  private static long[] offsets(SampleOrder order, long from) {
    return LongStream.range(from, from + order.windows()).map(order::offset).toArray();
  }

  @Test
  void bordersMoveFromEpochToEpoch() {
    SampleOrder order = SampleOrder.of(10_000, 16, 7);
    Set<Long> shifts = new HashSet<>();
    for (long epoch = 0; epoch < 300; epoch++) {
      shifts.add(order.offset(epoch * order.windows()) % 16);
    }
    assertThat(shifts).hasSize(16);
  }

  @Test
  void orderHasNoTrendAndNoFavouriteNeighbour() {
    Permutation permutation = new Permutation(10_000, 3);
    double sum = 0;
    int neighbours = 0;
    for (long i = 0; i < 10_000; i++) {
      sum += (i - 4999.5) * (permutation.at(i) - 4999.5);
      neighbours += i > 0 && Math.abs(permutation.at(i) - permutation.at(i - 1)) == 1 ? 1 : 0;
    }
    double correlation = sum / (10_000 * (1e8 - 1) / 12);
    assertThat(correlation).isBetween(-0.04, 0.04); // four standard deviations
    assertThat(neighbours).isLessThan(10); // two are expected
  }

  @Test
  void textShorterThanOneSequenceIsAnErrorWithBothNumbers() {
    assertThatThrownBy(() -> SampleOrder.of(300, 512, 0))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "text has 300 tokens, one sequence needs 513:"
                + " give more text or a smaller --seq-len");
    assertThat(SampleOrder.of(513, 512, 0).offset(12345)).isZero();
    assertThatThrownBy(() -> SampleOrder.of(512, 512, 0)).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> SampleOrder.of(300, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("seqLen is 0");
    assertThatThrownBy(() -> SampleOrder.of(300, 10, 0).offset(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sample is -1");
  }
}
