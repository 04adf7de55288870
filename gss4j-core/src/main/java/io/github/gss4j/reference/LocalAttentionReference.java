package io.github.gss4j.reference;

import io.github.gss4j.config.AttentionConfig;

/**
 * A Transformer block with local attention.
 *
 * <pre>
 * a   = x + W_o attention(rot(W_q·LN(x)), rot(W_k·LN(x)), W_v·LN(x)) + b_o     (L, D)
 * out = a + W_2 gelu(W_1·LN(a)) + b_2                                          (L, D)
 *
 * attention_l = Σ_s softmax_s(q_l·k_s/√d) v_s     over the s ≤ l of l's window
 * rot(z)_l    = (z_i + i·z_{i+d/2}) · e^{i·l·θ_i}     θ_i = 10000^{−2i/d}
 * </pre>
 *
 * <p>Vaswani et al. 2017 (arXiv 1706.03762), equation 1; windows as Mehta et al. 2022 (arXiv
 * 2206.13947), section 3.3, have them; rotary positions of Su et al. 2021 (arXiv 2104.09864), the
 * halves of a vector paired. Cost O(W·D) a token.
 */
public final class LocalAttentionReference {
  private static final double BASE = 10_000;

  private LocalAttentionReference() {}

  /**
   * Maps a sequence.
   *
   * @param p the layer's weights
   * @param x (L, D)
   */
  public static double[][] layer(AttentionConfig config, Weights p, double[][] x) {
    Weights attention = p.at("attn");
    double[][] mixed = attend(config, attention, attention.norm("norm", x));
    return p.at("ff").feedForward(Weights.add(attention.linearWithBias("to_out", mixed), x));
  }

  private static double[][] attend(AttentionConfig config, Weights p, double[][] x) {
    int width = x[0].length / config.heads(); // d
    double[][] q = rotated(p.linear("to_q", x), width);
    double[][] k = rotated(p.linear("to_k", x), width);
    double[][] v = p.linear("to_v", x);
    double[][] y = new double[x.length][x[0].length];
    for (int from = 0; from < x[0].length; from += width) { // a head
      for (int l = 0; l < x.length; l++) {
        double total = 0;
        for (int s = first(config, l); s <= l; s++) {
          double weight = Math.exp(product(q[l], k[s], from, width) / Math.sqrt(width));
          total += weight;
          for (int c = from; c < from + width; c++) {
            y[l][c] += weight * v[s][c];
          }
        }
        for (int c = from; c < from + width; c++) {
          y[l][c] /= total;
        }
      }
    }
    return y;
  }

  /** The first token that token l sees. */
  private static int first(AttentionConfig config, int l) {
    return switch (config.windows()) {
      case CHUNKS -> l - l % config.window();
      case SLIDING -> Math.max(0, l - config.window() + 1);
    };
  }

  private static double product(double[] a, double[] b, int from, int width) {
    double sum = 0;
    for (int c = from; c < from + width; c++) {
      sum += a[c] * b[c];
    }
    return sum;
  }

  private static double[][] rotated(double[][] x, int width) {
    return Weights.map(
        x,
        (value, l, c) -> {
          int i = c % width % (width / 2);
          double angle = l * Math.pow(BASE, -2.0 * i / width);
          boolean firstHalf = c % width < width / 2;
          double other = firstHalf ? -x[l][c + width / 2] : x[l][c - width / 2];
          return value * Math.cos(angle) + other * Math.sin(angle);
        });
  }
}
