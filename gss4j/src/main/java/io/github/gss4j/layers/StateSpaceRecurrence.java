package io.github.gss4j.layers;

import io.github.gss4j.ops.ShortConvolution;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The recurrent form of {@link DiagonalStateSpace}: its groups of channels side by side.
 *
 * @param groups one where all channels have one step
 */
record StateSpaceRecurrence(DiagonalStateSpace dss, List<StateSpaceGroup> groups)
    implements Recurrence {
  @Override
  public List<Tensor> tensors() {
    return groups.stream().flatMap(group -> group.tensors().stream()).toList();
  }

  @Override
  public Recurrence map(UnaryOperator<Tensor> f) {
    return new StateSpaceRecurrence(dss, groups.stream().map(group -> group.map(f)).toList());
  }

  @Override
  public MixerOutput mix(Tensor x, MixerState state) {
    Tensor s = state.tensors().get(0); // (B, H, 2N)
    if (dss.readsAtOnce()) {
      return mix(s, dss.norm().apply(x));
    }
    Tensor past = state.tensors().get(1); // (B, taps − 1, H)
    MixerOutput mixed = mix(s, dss.norm().apply(dss.convolved(past, x)));
    Tensor last = ShortConvolution.last(past, x.to(dss.type()));
    return new MixerOutput(
        mixed.output(), new MixerState(List.of(mixed.state().tensors().get(0), last)));
  }

  private MixerOutput mix(Tensor s, Tensor u) {
    if (groups.size() == 1) {
      return groups.get(0).mix(s, u);
    }
    TensorVector outputs = new TensorVector();
    TensorVector states = new TensorVector();
    long from = 0;
    for (StateSpaceGroup group : groups) {
      long count = group.channels();
      MixerOutput mixed = group.mix(s.narrow(1, from, count), u.narrow(2, from, count));
      outputs.push_back(mixed.output());
      states.push_back(mixed.state().tensors().get(0));
      from += count;
    }
    return new MixerOutput(torch.cat(outputs, 2), new MixerState(List.of(torch.cat(states, 1))));
  }
}
