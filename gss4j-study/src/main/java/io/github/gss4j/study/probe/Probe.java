package io.github.gss4j.study.probe;

import io.github.gss4j.files.OneLine;
import io.github.gss4j.loss.CrossEntropy;
import io.github.gss4j.loss.Objective;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * A task whose answers are in the sequence itself, for a model that remembers.
 *
 * <p>Token 0 is a blank, token 1 says that answers follow; symbols begin at 2.
 */
public enum Probe {
  /**
   * Half a sequence of symbols, then the same again (Graves et al. 2014, arXiv 1410.5401, section
   * 4.1).
   */
  COPYING {
    @Override
    Sequence draw(int length, SplittableRandom random) {
      int half = length / 2;
      long[] ids = new long[length + 1];
      for (int i = 0; i < half; i++) {
        ids[i] = symbol(random);
      }
      ids[half] = GO;
      for (int i = half + 1; i <= length; i++) {
        ids[i] = ids[i - half - 1];
      }
      return Sequence.asking(ids, answers(length, half + 1));
    }
  },

  /**
   * A few symbols scattered among blanks, then the same without the blanks (Gu and Dao 2023, arXiv
   * 2312.00752, section 3.1).
   */
  SELECTIVE_COPYING {
    @Override
    Sequence draw(int length, SplittableRandom random) {
      int count = Math.max(1, Math.min(16, length / 8));
      int free = length - count;
      long[] ids = new long[length + 1];
      int left = count;
      for (int i = 0; i < free; i++) {
        if (random.nextInt(free - i) < left) {
          ids[i] = symbol(random);
          ids[free + 1 + count - left] = ids[i];
          left--;
        }
      }
      ids[free] = GO;
      return Sequence.asking(ids, answers(length, free + 1));
    }
  },

  /**
   * What followed a certain token the last time (Fu et al. 2023, arXiv 2212.14052, section 3.1):
   * here it comes up about every 32 tokens.
   */
  INDUCTION {
    @Override
    Sequence draw(int length, SplittableRandom random) {
      long[] ids = random.longs(length + 1, 2, numTokens()).toArray();
      boolean[] answers = new boolean[length + 1];
      long answer = symbol(random);
      int times = Math.max(2, length / 32);
      int stretch = (length + 1) / times;
      for (int i = 0; i < times; i++) {
        boolean last = i == times - 1;
        int at = last ? length - 1 : i * stretch + random.nextInt(Math.max(1, stretch - 2));
        ids[at] = GO;
        ids[at + 1] = answer;
        answers[at + 1] = i > 0;
      }
      return Sequence.asking(ids, answers);
    }
  },

  /**
   * Pairs of a key and its value, each key with the value that it had before (Arora et al. 2023,
   * arXiv 2312.04927: several queries a sequence).
   */
  ASSOCIATIVE_RECALL {
    @Override
    Sequence draw(int length, SplittableRandom random) {
      return recall(16, 16, length, random);
    }
  },

  /**
   * The same with 64 keys. Sequences to learn from have 4, 8, 16, 32 or all of them, as the authors
   * of the task train on mixtures: with all 64 in each, looking up is not learned.
   */
  ASSOCIATIVE_RECALL_64 {
    @Override
    public int numTokens() {
      return 2 + 64 + 64;
    }

    @Override
    Sequence draw(int length, SplittableRandom random) {
      return recall(64, 64, length, random);
    }

    @Override
    Sequence lesson(int length, SplittableRandom random) {
      return recall(4 << random.nextInt(5), 64, length, random);
    }
  },

  /**
   * The first token says which of eight permutations holds, and each symbol asks for its image;
   * what counts is the second half. No answer is ever read, so nothing but the first token tells
   * which permutation it is.
   */
  LATCH {
    @Override
    Sequence draw(int length, SplittableRandom random) {
      long[] ids = random.longs(length + 1, Latch.FIRST, Latch.FIRST + Latch.SYMBOLS).toArray();
      ids[0] = 2L + random.nextInt(Latch.PERMUTATIONS);
      return new Sequence(ids, Latch.targets(Arrays.copyOf(ids, length), length / 2));
    }

    @Override
    Objective objective() {
      return new Latch();
    }
  };

  private static final int GO = 1;

  /**
   * One sequence.
   *
   * @param ids one more than are read: a language model is to predict each but the first
   * @param targets what is asked after each token that is read; {@link CrossEntropy#IGNORED} where
   *     nothing is
   */
  @SuppressWarnings("ArrayRecordComponent") // read, never compared
  record Sequence(long[] ids, long[] targets) {
    /** Asks for those of its own tokens that are answers and not random. */
    static Sequence asking(long[] ids, boolean[] answers) {
      long[] targets = new long[ids.length - 1];
      for (int i = 0; i < targets.length; i++) {
        targets[i] = answers[i + 1] ? ids[i + 1] : CrossEntropy.IGNORED;
      }
      return new Sequence(ids, targets);
    }
  }

  /** How many tokens there are. */
  public int numTokens() {
    return 32;
  }

  /** What models are trained on: each next token, as language models are. */
  Objective objective() {
    return Objective.crossEntropy();
  }

  /**
   * Draws a random sequence.
   *
   * @param length tokens that are read, 16 or more, with 64 keys 64 or more
   */
  abstract Sequence draw(int length, SplittableRandom random);

  /**
   * Draws a random sequence to learn from: as asked later, unless that is too hard to begin with.
   */
  Sequence lesson(int length, SplittableRandom random) {
    return draw(length, random);
  }

  /** The name in configurations. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The probe of a name. */
  static Probe of(String text) {
    return Arrays.stream(values())
        .filter(probe -> probe.text().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    OneLine.of(
                        "probe is '"
                            + text
                            + "', expected one of "
                            + Arrays.stream(values()).map(Probe::text).toList())));
  }

  long symbol(SplittableRandom random) {
    return random.nextLong(2, numTokens());
  }

  /** Pairs of some of {@code keys} keys and the value that each has in this sequence. */
  Sequence recall(int used, int keys, int length, SplittableRandom random) {
    long[] value = random.longs(keys, 2 + keys, numTokens()).toArray();
    int first = used == keys ? 0 : random.nextInt(keys);
    boolean[] seen = new boolean[keys];
    long[] ids = new long[length + 1];
    boolean[] answers = new boolean[length + 1];
    for (int i = 0; i < length; i += 2) {
      int key = (first + random.nextInt(used)) % keys;
      ids[i] = 2L + key;
      ids[i + 1] = value[key];
      answers[i + 1] = seen[key];
      seen[key] = true;
    }
    ids[length] = length % 2 == 0 ? 2 + random.nextInt(keys) : ids[length];
    return Sequence.asking(ids, answers);
  }

  private static boolean[] answers(int length, int from) {
    boolean[] answers = new boolean[length + 1];
    Arrays.fill(answers, from, length + 1, true);
    return answers;
  }
}
