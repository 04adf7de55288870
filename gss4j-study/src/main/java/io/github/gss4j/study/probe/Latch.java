package io.github.gss4j.study.probe;

import io.github.gss4j.loss.CrossEntropy;
import io.github.gss4j.loss.TokenLoss;
import io.github.gss4j.ops.Tensors;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * The questions of {@link Probe#LATCH}: cross entropy with what they ask for, which is not in the
 * sequence itself. Training asks after every symbol, so that a model learns what the first token
 * means while it is near.
 */
record Latch() implements TokenLoss {
  static final int PERMUTATIONS = 8;

  /** Symbols are FIRST to FIRST + SYMBOLS − 1; what says which permutation holds, from 2 on. */
  static final int FIRST = 2 + PERMUTATIONS;

  static final int SYMBOLS = 22;

  private static final List<List<Integer>> IMAGES =
      IntStream.range(0, PERMUTATIONS).mapToObj(Latch::permutation).toList();

  private static List<Integer> permutation(int number) {
    List<Integer> images =
        Arrays.asList(IntStream.range(0, SYMBOLS).boxed().toArray(Integer[]::new));
    Collections.shuffle(images, new Random(number));
    return images;
  }

  /**
   * The images of symbols.
   *
   * @param ids what is read
   * @param from the first place that asks, from 1
   */
  static long[] targets(long[] ids, int from) {
    List<Integer> images = IMAGES.get((int) ids[0] - 2);
    long[] targets = new long[ids.length];
    Arrays.fill(targets, CrossEntropy.IGNORED);
    for (int i = from; i < ids.length; i++) {
      targets[i] = (long) FIRST + images.get((int) ids[i] - FIRST);
    }
    return targets;
  }

  @Override
  public String name() {
    return "latch";
  }

  @Override
  public Batch begin(Tensor inputs) {
    int length = (int) inputs.size(1);
    long[] ids = Tensors.toLongs(inputs);
    long[] targets = new long[ids.length];
    for (int at = 0; at < ids.length; at += length) {
      System.arraycopy(
          targets(Arrays.copyOfRange(ids, at, at + length), 1), 0, targets, at, length);
    }
    Tensor asked = Tensors.of(targets, targets.length).to(inputs.device(), inputs.scalar_type());
    return (logits, next, from) -> {
      Tensor sum = CrossEntropy.sum(logits, asked.narrow(0, from, logits.size(0)));
      return new Sums(sum, sum);
    };
  }
}
