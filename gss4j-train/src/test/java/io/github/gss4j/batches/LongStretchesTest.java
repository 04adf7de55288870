package io.github.gss4j.batches;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.data.DataException;
import io.github.gss4j.data.TokenStore;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.trainer.TinyRun;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LongStretchesTest {
  private static final TrainConfig CONFIG =
      TinyRun.config(TinyRun.config("float32"), "{\"carry_state\": true}");

  @Test
  void eachRowReadsItsStretchToTheEndAndThenAnother() {
    TrainConfig config = TinyRun.config(CONFIG, "{\"carry_length\": 90}");
    try (PointerScope scope = new PointerScope()) {
      LongStretches text = new LongStretches(new CountingText(20 * 96 + 40), config, 0, 1);
      assertThat(text.blocks()).isEqualTo(3);
      long[] last = null;
      for (int step = 1; step <= 20; step++) {
        long[] ids = Tensors.toLongs(text.ids(step, 0));
        TextPosition place = text.place(step, 0).orElseThrow();
        for (int row = 0; row < 2; row++) {
          boolean anew = place.block(row) == 0;
          assertThat(anew).isEqualTo((step - 1 + row) % 3 == 0); // one after the other
          if (!anew && last != null) {
            assertThat(ids[row * 33]).isEqualTo(last[row * 33 + 32]);
          }
        }
        last = ids;
      }
    }
  }

  @Test
  void microBatchesTakeTurnsWhereMoreStretchesAreOpen() {
    TrainConfig config = TinyRun.config(CONFIG, "{\"carry_length\": 96, \"carry_open\": 6}");
    try (PointerScope scope = new PointerScope()) {
      LongStretches text = new LongStretches(new CountingText(40 * 96 + 40), config, 0, 1);
      long[][] last = new long[3][];
      Set<Long> open = new HashSet<>();
      for (int step = 1; step <= 27; step++) {
        long[] ids = Tensors.toLongs(text.ids(step, 0));
        TextPosition place = text.place(step, 0).orElseThrow();
        assertThat(place.turn()).isEqualTo((step - 1) % 3);
        for (int row = 0; row < 2; row++) {
          if (place.block(row) > 0 && last[place.turn()] != null) {
            assertThat(ids[row * 33]).isEqualTo(last[place.turn()][row * 33 + 32]);
          }
          open.add(place.stretch(row) * 6 + place.turn() * 2L + row);
        }
        last[place.turn()] = ids;
      }
      assertThat(open).hasSizeGreaterThanOrEqualTo(6 * 27 / 9); // 27 steps are 9 blocks of each
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 18})
  void ranksReadTheStretchesOfOne(int open) {
    String stretches = "{\"carry_length\": 64, \"batch\": 6, \"carry_open\": %d}";
    TrainConfig whole = TinyRun.config(CONFIG, stretches.formatted(open));
    TrainConfig part = TinyRun.config(whole, "{\"batch\": 2}");
    try (PointerScope scope = new PointerScope()) {
      TokenStore text = new CountingText(50 * 64 + 9);
      LongStretches one = new LongStretches(text, whole, 0, 1);
      for (int step = 1; step <= 9; step++) {
        List<Long> apart = new ArrayList<>();
        for (int rank = 0; rank < 3; rank++) {
          LongStretches own = new LongStretches(text, part, rank, 3);
          Arrays.stream(Tensors.toLongs(own.ids(step, 0))).forEach(apart::add);
        }
        assertThat(apart.stream().mapToLong(id -> id))
            .containsExactly(
                Arrays.stream(Tensors.toLongs(one.ids(step, 0))).boxed().toArray(Long[]::new));
      }
    }
  }

  @Test
  void aTextTooShortIsRefused() {
    assertThatThrownBy(() -> new LongStretches(new CountingText(32), CONFIG, 0, 1))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("text has 32 tokens, one sequence needs 33");
  }
}
