package io.github.gss4j.java;

/** x ← x + W_2 gelu(W_1·LN(x)) + b_2. */
record FeedForward(LayerNorm norm, Matrix toInner, Linear toOut) {
  /** A worker's share; all begin with x complete, and meet before it returns. */
  void run(ForwardPass p, Team.Worker w) {
    float[] n = p.normed(w, norm, p.x());
    int panels = toInner.panels();
    p.gelu(w, toInner, n, p.wide(), p.wideStride(), w.from(panels), w.to(panels));
    w.meet();
    toOut.addTo(p, w, p.wide(), p.wideStride());
    w.meet();
  }
}
