package io.github.gss4j.java;

/** A state space without a gate: x ← x + W_o gelu(dss(x)) + b_o, then the feed-forward part. */
record StateSpaceBlock(StateSpace dss, Linear toOut, FeedForward forward) implements Layer {
  @Override
  public LayerState start() {
    return dss.start();
  }

  @Override
  public LayerState restore(SavedLayer saved) {
    return dss.restore(saved);
  }

  @Override
  public void run(ForwardPass p, Team.Worker w, int number) {
    dss.mix(p, w, p.x(), p.context(), number);
    w.meet();
    int panels = Kernels.padded(dss.channels()) / Kernels.PANEL;
    p.gelu(p.context(), p.stride(), w.from(panels), w.to(panels));
    w.meet();
    toOut.addTo(p, w, p.context(), p.stride());
    w.meet();
    forward.run(p, w);
  }
}
