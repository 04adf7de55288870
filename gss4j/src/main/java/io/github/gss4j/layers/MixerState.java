package io.github.gss4j.layers;

import io.github.gss4j.ops.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What a causal layer remembers of the tokens it has read: enough to continue as if it had them
 * all.
 *
 * <p>Immutable: mixing gives a new state and leaves the old one as it was.
 *
 * @param tensors the memory itself, batch first: row b belongs to sequence b of the batch, whatever
 *     the mixer; each mixer says in its documentation what they are
 */
public record MixerState(List<Tensor> tensors) {
  /** Copies the list. */
  public MixerState {
    tensors = List.copyOf(tensors);
  }

  /**
   * States of several batches as one batch, in order. Where a memory grows with the history
   * (dimension 1), shorter ones are padded with zeros at their ends.
   */
  public static MixerState join(List<MixerState> states) {
    List<Tensor> joined = new ArrayList<>();
    for (int i = 0; i < states.get(0).tensors.size(); i++) {
      int at = i;
      joined.add(joinPadded(states.stream().map(s -> s.tensors.get(at)).toList()));
    }
    return new MixerState(joined);
  }

  private static Tensor joinPadded(List<Tensor> parts) {
    boolean sequences = parts.get(0).dim() > 1;
    long longest = sequences ? parts.stream().mapToLong(t -> t.size(1)).max().orElse(0) : 0;
    Tensor[] padded =
        parts.stream().map(t -> sequences ? pad(t, longest) : t).toArray(Tensor[]::new);
    return torch.cat(new TensorVector(padded), 0);
  }

  private static Tensor pad(Tensor tensor, long length) {
    long[] shape = Tensors.shape(tensor);
    shape[1] = length - shape[1];
    return shape[1] == 0
        ? tensor
        : torch.cat(new TensorVector(tensor, Tensors.zerosLike(tensor, shape)), 1);
  }

  /** The states of some sequences of the batch, in the order of {@code rows}, (n) of int64. */
  public MixerState select(Tensor rows) {
    return new MixerState(
        tensors.stream()
            .map(t -> t.index_select(0, rows.to(t.device(), ScalarType.Long)))
            .toList());
  }

  /** Keeps the tensors alive beyond the scope they were made in, until {@link #release()}. */
  public MixerState keep() {
    tensors.forEach(Tensor::retainReference);
    return this;
  }

  /** Releases what {@link #keep()} kept. */
  public void release() {
    tensors.forEach(Tensor::releaseReference);
  }
}
