package io.github.gss4j.java;

/**
 * A mixer in a narrow space gates a wide one.
 *
 * <pre>
 * u = gelu(W_u·LN(x))     v = gelu(W_v·LN(x))     x ← x + W_o( W_g·mixer(v) ⊙ u ) + b
 * </pre>
 */
record GatedLayer(LayerNorm norm, Matrix toU, Matrix toV, Mixer mixer, Matrix toGate, Linear toOut)
    implements Layer {
  @Override
  public LayerState start() {
    return mixer.start();
  }

  @Override
  public LayerState restore(SavedLayer saved) {
    return mixer.restore(saved);
  }

  @Override
  public void run(ForwardPass p, Team.Worker w, int number) {
    float[] n = p.normed(w, norm, p.x());
    int wide = toU.panels();
    int all = wide + toV.panels();
    int from = w.from(all);
    int to = w.to(all);
    p.gelu(w, toU, n, p.wide(), p.wideStride(), Math.min(from, wide), Math.min(to, wide));
    p.gelu(w, toV, n, p.value(), p.stride(), Math.max(from - wide, 0), Math.max(to - wide, 0));
    w.meet();
    mixer.mix(p, w, p.value(), p.context(), number);
    w.meet();
    gate(p, w, w.from(wide), w.to(wide));
    w.meet();
    toOut.addTo(p, w, p.gate(), p.wideStride());
    w.meet();
  }

  private void gate(ForwardPass p, Team.Worker w, int from, int to) {
    float[] g = p.gate();
    float[] u = p.wide();
    int stride = p.wideStride();
    toGate.multiply(p, w.index(), p.context(), p.stride(), p.rows(), g, stride, from, to);
    for (int row = 0; row < p.rows(); row++) {
      int at = row * stride;
      for (int j = at + from * Kernels.PANEL; j < at + to * Kernels.PANEL; j++) {
        g[j] *= u[j];
      }
    }
  }
}
