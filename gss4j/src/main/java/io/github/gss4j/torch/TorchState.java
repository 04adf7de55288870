package io.github.gss4j.torch;

import io.github.gss4j.checkpoint.TensorData;
import io.github.gss4j.engine.Scores;
import io.github.gss4j.engine.SequenceState;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.model.ModelState;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** A {@link ModelState} of one sequence that reading replaces by the next one. */
final class TorchState implements SequenceState {
  private final TorchModel model;
  private ModelState state;

  /** Keeps a state. */
  TorchState(TorchModel model, ModelState state) {
    this.model = model;
    this.state = state.keep();
  }

  /** The state as it is now; this owns it. */
  ModelState state() {
    if (state == null) {
      throw new IllegalStateException("the state is closed");
    }
    return state;
  }

  @Override
  public long tokens() {
    return state().tokens().get(0);
  }

  @Override
  public long bytes() {
    return StateTensors.bytes(state());
  }

  /** What is made of the hidden vectors, (L, D), before they are freed. */
  private interface Use<T> {
    T of(Tensor hidden);
  }

  private <T> T read(int[] ids, Use<T> use) {
    try (PointerScope scope = new PointerScope()) {
      LanguageModel.Output reading = model.read(new int[][] {ids}, state());
      T result = use.of(reading.hidden().select(0, 0));
      ModelState before = state;
      state = reading.state().keep();
      before.release();
      return result;
    }
  }

  @Override
  public void read(int[] ids, float[] logits) {
    read(
        ids,
        hidden -> {
          if (logits != null) {
            model.logits(hidden.narrow(0, ids.length - 1, 1), new float[][] {logits});
          }
          return null;
        });
  }

  @Override
  public Scores score(int[] ids, int[] targets, int top) {
    return read(
        ids, hidden -> model.scores(hidden.unsqueeze(0), new int[][] {targets}, top).get(0));
  }

  @Override
  public float[][] logits(int[] ids) {
    float[][] logits = new float[ids.length][model.config().numTokens()];
    read(
        ids,
        hidden -> {
          model.logits(hidden, logits);
          return null;
        });
    return logits;
  }

  @Override
  public float[][] hidden(int[] ids) {
    return read(ids, TorchModel::rows);
  }

  @Override
  public SequenceState fork() {
    return new TorchState(model, state()); // states are immutable: both keep the same one
  }

  @Override
  public Map<String, TensorData> tensors() {
    return StateTensors.of(state());
  }

  @Override
  public void close() {
    if (state != null) {
      state.release();
      state = null;
    }
  }
}
