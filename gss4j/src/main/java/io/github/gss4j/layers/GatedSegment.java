package io.github.gss4j.layers;

import io.github.gss4j.ops.GraphSegment;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Segment;
import io.github.gss4j.ops.Tensors;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A {@link GatedLayer} that ran forward and can run backward: the mixer by its graph, the {@link
 * Gate} by its own equations, some thousand tokens at a time.
 */
final class GatedSegment implements Segment {
  private final Gate gate;
  private final GraphSegment mixing;
  private final Tensor wide;
  private final boolean recompute;
  private final Tensor output;
  private boolean closed;

  private GatedSegment(Gate gate, GraphSegment mixing, Tensor x, boolean recompute) {
    this.gate = gate;
    this.mixing = mixing;
    this.recompute = recompute;
    this.output =
        Scopes.kept(
            () -> torch.empty(Tensors.shape(x), Tensors.optionsOf(x), new MemoryFormatOptional()));
    this.wide =
        recompute ? null : Scopes.kept(() -> gate.toU().buffer(x.numel() / x.size(-1))); // (T, F)
  }

  /**
   * Runs the layer forward.
   *
   * @param x (B, L, D)
   * @param mixing gives LN(x), (B, L, D), and the mixer's output, (B, L, H)
   * @param recompute whether to keep x alone, and not a and the mixer's graph, too
   */
  static GatedSegment forward(
      Gate gate, Tensor x, Function<Tensor, List<Tensor>> mixing, boolean recompute) {
    GatedSegment segment =
        new GatedSegment(gate, GraphSegment.forwardAll(x, mixing, recompute), x, recompute);
    Scopes.run(() -> segment.forward(x.detach().flatten(0, 1), segment.mixing.outputs()));
    segment.mixing.forget();
    return segment;
  }

  private void forward(Tensor x, List<Tensor> mixed) {
    Tensor normed = mixed.get(0).flatten(0, 1); // (T, D)
    Tensor context = mixed.get(1).flatten(0, 1); // (T, H)
    Tensor out = output.flatten(0, 1); // (T, D)
    try (NoGradGuard guard = new NoGradGuard()) {
      Slices.of(x.size(0), gate.toU().weight().size(0))
          .forEach(
              (from, count) -> {
                Tensor n = normed.narrow(0, from, count);
                Tensor a = recompute ? gate.wide(n) : gate.wide(n, kept(from, count));
                Tensor gated = gate.apply(a, context.narrow(0, from, count));
                torch.add_out(out.narrow(0, from, count), gated, x.narrow(0, from, count));
              });
    }
  }

  @Override
  public Tensor output() {
    return output.detach();
  }

  @Override
  public Tensor backward(Tensor gradient) {
    Tensor gradInput = mixing.backward(mixed -> gradients(mixed, gradient.flatten(0, 1)));
    close();
    gradInput.add_(gradient); // the layer's x goes around it, too
    return gradInput;
  }

  /** Of LN(x) and of the context. */
  private List<Tensor> gradients(List<Tensor> mixed, Tensor gradient) {
    Tensor normed = mixed.get(0).flatten(0, 1);
    Tensor context = mixed.get(1).flatten(0, 1);
    Tensor toNormed = torch.empty_like(normed);
    Tensor toContexts = torch.empty_like(context);
    try (NoGradGuard guard = new NoGradGuard()) {
      Slices.of(normed.size(0), gate.toU().weight().size(0))
          .forEach(
              (from, count) -> {
                Tensor n = normed.narrow(0, from, count);
                gate.backward(
                    n,
                    context.narrow(0, from, count),
                    recompute ? gate.wide(n) : kept(from, count),
                    gradient.narrow(0, from, count),
                    toNormed.narrow(0, from, count),
                    toContexts.narrow(0, from, count));
              });
    }
    return List.of(
        toNormed.view(Tensors.shape(mixed.get(0))), toContexts.view(Tensors.shape(mixed.get(1))));
  }

  /** Where a of a slice is kept, (slice, F). */
  private Tensor kept(long from, long count) {
    return wide.narrow(0, from, count);
  }

  @Override
  public void close() {
    if (!closed) {
      mixing.close();
      if (wide != null) {
        wide.releaseReference();
      }
      output.releaseReference();
      closed = true;
    }
  }
}
