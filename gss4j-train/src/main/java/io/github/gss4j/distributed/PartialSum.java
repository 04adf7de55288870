package io.github.gss4j.distributed;

import io.github.gss4j.layers.Parameter;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * The gradients of some parameters summed over ranks and micro-batches, of which each rank gets its
 * part.
 */
final class PartialSum {
  private final FlatLayout flat;
  private final List<Parameter> owned;
  private final ReduceOptions options;
  private Tensor sum;

  /**
   * At rest.
   *
   * @param owned what the part is made of, in the order of the flat's cuts
   */
  PartialSum(FlatLayout flat, List<Parameter> owned, ReduceOptions options) {
    this.flat = flat;
    this.owned = owned;
    this.options = options;
  }

  /** Takes the gradients off the parameters and sends them. */
  Pending send() {
    var dtype = options.dtype(flat.like());
    Tensor sent = Scopes.kept(() -> flat.flatten(Gradients::of, dtype));
    Tensor part = Scopes.kept(() -> flat.part(sent).clone());
    flat.parameters().forEach(Gradients::drop);
    Pending scatter = options.group().reduceScatter(part, sent);
    return () -> {
      scatter.await();
      sent.releaseReference();
      add(part);
      part.releaseReference();
    };
  }

  private void add(Tensor part) {
    try (NoGradGuard guard = new NoGradGuard()) {
      if (sum == null) {
        sum = Scopes.kept(() -> part.to(Tensors.type(flat.like())));
      } else {
        Scopes.run(() -> sum.add_(part));
      }
    }
  }

  /** Gives the sum to the owned parameters, once it is whole. */
  void deliver() {
    if (sum == null) {
      return;
    }
    List<FlatLayout.Piece> pieces = flat.pieces();
    for (int i = 0; i < pieces.size(); i++) {
      FlatLayout.Piece piece = pieces.get(i);
      Parameter parameter = owned.get(i);
      Scopes.run(() -> Gradients.put(parameter, sum.narrow(0, piece.at(), piece.length())));
    }
    sum.releaseReference();
    sum = null;
  }
}
