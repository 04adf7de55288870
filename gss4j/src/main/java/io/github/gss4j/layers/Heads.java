package io.github.gss4j.layers;

import org.bytedeco.pytorch.Tensor;

/** Channels as heads: channel c of H belongs to head ⌊c·heads/H⌋. */
final class Heads {
  private Heads() {}

  /** (B, L, H) to contiguous (B, heads, H/heads, L), as the FFT wants it. */
  static Tensor split(Tensor x, long heads) {
    long channels = x.size(2);
    return x.transpose(1, 2)
        .contiguous()
        .view(x.size(0), heads, channels / heads, x.size(1)); // (B, heads, H/heads, L)
  }

  /** (B, heads, H/heads, L) back to (B, L, H). */
  static Tensor join(Tensor x) {
    return x.flatten(1, 2).transpose(1, 2);
  }
}
