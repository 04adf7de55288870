package io.github.gss4j.ops;

import static org.bytedeco.pytorch.global.torch.cat;

import java.util.OptionalDouble;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Causal attention within a window: softmax(q kᵀ/√d) v over the keys that a query may see.
 *
 * <p>In chunks, position p sees s ≤ p with ⌊s/W⌋ = ⌊p/W⌋; sliding, it sees p−W &lt; s ≤ p. Either
 * way at most W keys: O(L·W·d) a head, taken in blocks of queries, so that no (L, L) matrix exists.
 *
 * @param chunks whether windows are chunks that do not overlap; otherwise they slide
 * @param window W, at least 2
 */
public record LocalAttention(boolean chunks, int window) {
  /** The fewest queries of a block: small windows share a call. */
  private static final int BLOCK = 128;

  /** How many keys before the present ones can still be seen: W − 1. */
  public int kept() {
    return window - 1;
  }

  /**
   * Whole sequences, from their beginning.
   *
   * @param q (B, heads, L, d)
   * @param k (B, heads, L, d)
   * @param v (B, heads, L, d)
   * @return (B, heads, L, d)
   */
  public Tensor forward(Tensor q, Tensor k, Tensor v) {
    if (q.size(2) <= window) {
      return attend(q, k, v, new TensorOptional(), true);
    }
    if (chunks) {
      return alignedChunks(q, k, v);
    }
    Tensor nothing = Tensors.zerosLike(k, k.size(0), k.size(1), kept(), k.size(3));
    Tensor start = Tensors.zerosLike(q, 1).to(ScalarType.Long);
    Tensor keys = cat(new TensorVector(nothing, k), 2);
    return mix(q, keys, cat(new TensorVector(nothing, v), 2), start);
  }

  private Tensor alignedChunks(Tensor q, Tensor k, Tensor v) {
    long length = q.size(2);
    Tensor y = attend(asHeads(q), asHeads(k), asHeads(v), new TensorOptional(), true);
    return y.reshape(q.size(0), q.size(1), -1, q.size(3)).narrow(2, 0, length);
  }

  /** Each chunk as a head of its own, the last one padded: (B, heads·⌈L/W⌉, W, d). */
  private Tensor asHeads(Tensor x) {
    long missing = Math.floorMod(-x.size(2), window);
    Tensor zeros = Tensors.zerosLike(x, x.size(0), x.size(1), missing, x.size(3));
    return cat(new TensorVector(x, zeros), 2).view(x.size(0), -1, window, x.size(3));
  }

  /**
   * L queries after a history.
   *
   * @param q (B, heads, L, d)
   * @param keys (B, heads, W − 1 + L, d): those before, then the queries' own
   * @param values as keys
   * @param position of the first query in its sequence, (B) or (1) of int64; keys before position 0
   *     do not count
   * @return (B, heads, L, d)
   */
  public Tensor mix(Tensor q, Tensor keys, Tensor values, Tensor position) {
    long length = q.size(2);
    long block = Math.max(window, BLOCK);
    TensorVector parts = new TensorVector();
    for (long from = 0; from < length; from += block) {
      long n = Math.min(block, length - from);
      Tensor mask = mask(position.add(new Scalar(from)), n);
      parts.push_back(
          attend(
              q.narrow(2, from, n),
              keys.narrow(2, from, n + kept()),
              values.narrow(2, from, n + kept()),
              new TensorOptional(mask),
              false));
    }
    return cat(parts, 2);
  }

  /** Which of W − 1 + n keys each of n queries sees: (B, 1, n, W − 1 + n). */
  private Tensor mask(Tensor position, long n) {
    Tensor query = position.unsqueeze(1).add(whole(0, n, position)).unsqueeze(2); // (B, n, 1)
    Tensor key = position.unsqueeze(1).add(whole(-kept(), n, position)).unsqueeze(1); // (B, 1, K)
    Scalar w = new Scalar((long) window);
    Tensor near =
        chunks ? torch.floor_divide(key, w).eq(torch.floor_divide(query, w)) : key.gt(query.sub(w));
    Tensor past = key.le(query).logical_and(key.ge(new Scalar(0L)));
    return near.logical_and(past).unsqueeze(1);
  }

  private static Tensor whole(long from, long to, Tensor like) {
    return Tensors.range(from, to, like).to(ScalarType.Long);
  }

  private static Tensor attend(Tensor q, Tensor k, Tensor v, TensorOptional mask, boolean causal) {
    return DotProductAttention.apply(q, k, v, mask, causal, OptionalDouble.empty());
  }
}
