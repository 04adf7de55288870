package io.github.gss4j.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FarRepeatsTest {
  /** Against a search of all that was read before. */
  @Test
  void tokensThatEndEightBytesLastReadLongAgoAreFound() {
    for (int seed = 0; seed < 8; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      byte[] text = text(random);
      FarRepeats repeats = new FarRepeats();
      int found = 0;
      int to;
      for (int from = 0; from < text.length; from = to) {
        to = Math.min(text.length, from + random.nextInt(4)); // tokens of up to three bytes
        boolean far = repeats.read(Arrays.copyOfRange(text, from, to));
        assertThat(far)
            .as("seed %d, %d bytes", seed, to)
            .isEqualTo(to > from && naive(Arrays.copyOf(text, to)));
        found += far ? 1 : 0;
      }
      assertThat(found).as("seed %d", seed).isBetween(100, text.length / 2);
    }
  }

  /** New bytes and copies of earlier ones, some of them 1,000 bytes before or nearly so. */
  private static byte[] text(SplittableRandom random) {
    byte[] text = new byte[6000];
    for (int at = 0; at < text.length; ) {
      int end = Math.min(text.length, at + 20 + random.nextInt(60));
      boolean copies = at > 1100 && random.nextBoolean();
      int back =
          random.nextBoolean() ? 999 + random.nextInt(4) : 1 + random.nextInt(Math.max(1, at));
      for (; at < end; at++) {
        text[at] = copies ? text[at - back] : (byte) random.nextInt(256);
      }
    }
    return text;
  }

  private static boolean naive(byte[] text) {
    int last = -1;
    for (int end = 8; end < text.length; end++) {
      if (Arrays.equals(text, end - 8, end, text, text.length - 8, text.length)) {
        last = end;
      }
    }
    return last >= 0 && text.length - last > 1000;
  }

  @Test
  void whatIsRepeatedAtOnceAgainIsNotFar() {
    FarRepeats repeats = new FarRepeats();
    byte[] once = "eight by".getBytes(StandardCharsets.UTF_8);
    assertThat(repeats.read(once)).isFalse();
    repeats.read(new byte[1001]);
    assertThat(repeats.read(once)).isTrue();
    assertThat(repeats.read(once)).isFalse();
  }

  @Test
  void fewerThanEightBytesAtTheBeginningAreNone() {
    FarRepeats repeats = new FarRepeats();
    byte[] seven = "seven b".getBytes(StandardCharsets.UTF_8);
    repeats.read(seven);
    repeats.read(new byte[1002]);
    assertThat(repeats.read(seven)).isFalse();
  }
}
