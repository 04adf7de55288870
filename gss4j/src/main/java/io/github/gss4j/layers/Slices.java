package io.github.gss4j.layers;

import io.github.gss4j.ops.Scopes;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Tokens in slices, for layers that treat each token alone: wide tensors then exist for one slice
 * at a time, and are still in the cache when they are read again.
 *
 * @param tokens in all
 * @param slice of a slice, but for the last
 */
record Slices(long tokens, long slice) {
  /** Numbers in a wide tensor of a slice: 1,024 tokens of 2,048. */
  private static final long NUMBERS = 1 << 21;

  /** Work on the tokens of a slice, in a scope of its own. */
  @FunctionalInterface
  interface Work {
    void on(long from, long count);
  }

  /** Maps a slice. */
  @FunctionalInterface
  interface Map {
    Tensor of(long from, long count);
  }

  /** Slices of tokens, each of this many numbers where it is widest. */
  static Slices of(long tokens, long width) {
    return new Slices(tokens, Math.max(1, NUMBERS / width));
  }

  /** Works on one slice after another. */
  void forEach(Work work) {
    for (long from = 0; from < tokens; from += slice) {
      long start = from;
      Scopes.run(() -> work.on(start, Math.min(slice, tokens - start)));
    }
  }

  /** The slices' results, (…, C) each, one after the other. */
  Tensor map(Map each) {
    if (tokens <= slice) {
      return Scopes.scoped(() -> each.of(0, tokens));
    }
    return Scopes.scoped(
        () -> {
          TensorVector parts = new TensorVector();
          for (long from = 0; from < tokens; from += slice) {
            long start = from;
            parts.push_back(Scopes.scoped(() -> each.of(start, Math.min(slice, tokens - start))));
          }
          return torch.cat(parts, 0);
        });
  }
}
