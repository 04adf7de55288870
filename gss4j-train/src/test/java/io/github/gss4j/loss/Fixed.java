package io.github.gss4j.loss;

import io.github.gss4j.ops.Tensors;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;

/** A teacher whose logits are a fixed function of the ids, and that counts what it is asked. */
final class Fixed implements Teacher {
  static final int VOCABULARY = 23;

  private final String name;
  private final Tensor table;
  int readings;
  long mostTokens;

  /** Its logits after an id are a row drawn from the seed. */
  Fixed(String name, long seed) {
    this.name = name;
    this.table = logits(seed, VOCABULARY);
  }

  /** Numbers of a few units of size, (rows, V) in float64. */
  static Tensor logits(long seed, int rows) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] values = new double[rows * VOCABULARY];
    java.util.Arrays.setAll(values, i -> 2 * random.nextGaussian());
    return Tensors.of(values, rows, VOCABULARY);
  }

  static Tensor ids(long seed, int rows, int length) {
    long[] ids = new SplittableRandom(seed).longs((long) rows * length, 0, VOCABULARY).toArray();
    return Tensors.of(ids, rows, length);
  }

  /** The logits after each id of (B, L), as (B·L, V). */
  Tensor answers(Tensor ids) {
    return table.index_select(0, ids.flatten());
  }

  @Override
  public int vocabulary() {
    return VOCABULARY;
  }

  @Override
  public String fingerprint() {
    return name;
  }

  @Override
  public Tensor hidden(Tensor ids) {
    readings++;
    return answers(ids).view(ids.size(0), ids.size(1), VOCABULARY);
  }

  @Override
  public Tensor head(Tensor hidden) {
    mostTokens = Math.max(mostTokens, hidden.size(0));
    return hidden;
  }
}
