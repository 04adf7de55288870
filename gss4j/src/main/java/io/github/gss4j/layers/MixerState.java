package io.github.gss4j.layers;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * What a causal layer remembers of the tokens it has read: enough to go on as if it had them all.
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

  /** States of several batches as one batch, in order. */
  public static MixerState join(List<MixerState> states) {
    List<Tensor> joined = new ArrayList<>();
    for (int i = 0; i < states.get(0).tensors.size(); i++) {
      int at = i;
      Tensor[] parts = states.stream().map(s -> s.tensors.get(at)).toArray(Tensor[]::new);
      joined.add(torch.cat(new TensorVector(parts), 0));
    }
    return new MixerState(joined);
  }

  /** The states of some sequences of the batch, in the order of {@code rows}, (n) of int64. */
  public MixerState select(Tensor rows) {
    return new MixerState(tensors.stream().map(t -> t.index_select(0, rows)).toList());
  }

  /** Keeps the tensors alive beyond the scope they were made in, until {@link #release()}. */
  public MixerState keep() {
    tensors.forEach(Tensor::retainReference);
    return this;
  }

  /** Gives up what {@link #keep()} kept. */
  public void release() {
    tensors.forEach(Tensor::releaseReference);
  }
}
