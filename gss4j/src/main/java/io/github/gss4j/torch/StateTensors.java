package io.github.gss4j.torch;

import io.github.gss4j.checkpoint.StoredTensor;
import io.github.gss4j.checkpoint.TensorData;
import io.github.gss4j.layers.MixerState;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.model.ModelState;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.weights.TensorFiles;
import io.github.gss4j.weights.TensorReader;
import io.github.gss4j.weights.TensorTypes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** A state as tensors by name, {@code layers.I.K}. */
final class StateTensors {
  private StateTensors() {}

  static Map<String, TensorData> of(ModelState state) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (int i = 0; i < state.layers().size(); i++) {
      List<Tensor> memory = state.layers().get(i).tensors();
      for (int k = 0; k < memory.size(); k++) {
        tensors.put("layers." + i + "." + k, memory.get(k));
      }
    }
    return TensorFiles.data(tensors);
  }

  static long bytes(ModelState state) {
    return state.layers().stream()
        .flatMap(layer -> layer.tensors().stream())
        .mapToLong(Tensor::nbytes)
        .sum();
  }

  /**
   * Reads the state of one sequence, into the caller's scope.
   *
   * @throws IllegalArgumentException if the tensors are not of the model's layers
   */
  static ModelState restore(LanguageModel model, long tokens, Map<String, StoredTensor> stored) {
    List<MixerState> layers = new ArrayList<>();
    int used = 0;
    for (MixerState empty : model.initialState(1).layers()) {
      List<Tensor> memory = new ArrayList<>();
      for (Tensor first : empty.tensors()) {
        String name = "layers." + layers.size() + "." + memory.size();
        StoredTensor found = stored.get(name);
        if (found == null || !fits(found, first)) {
          throw new IllegalArgumentException(
              "has "
                  + (found == null ? "no" : found.dtype() + " of shape " + found.shape() + " as")
                  + " tensor "
                  + name
                  + ", which does not fit this model's layers");
        }
        Tensor tensor = TensorReader.read(found);
        memory.add(tensor.to(model.device(), Tensors.type(tensor)));
      }
      used += memory.size();
      layers.add(new MixerState(memory));
    }
    if (used != stored.size()) {
      throw new IllegalArgumentException(
          "has " + stored.size() + " tensors, expected " + used + " for this model's layers");
    }
    return new ModelState(layers, List.of(tokens));
  }

  /** Whether a tensor has the form of an empty state's; a history grows from length 0. */
  private static boolean fits(StoredTensor found, Tensor first) {
    long[] expected = Tensors.shape(first);
    List<Long> shape = found.shape();
    boolean fits =
        shape.size() == expected.length && TensorTypes.scalar(found.dtype()) == Tensors.type(first);
    for (int i = 0; fits && i < expected.length; i++) {
      fits = shape.get(i) == expected[i] || expected[i] == 0;
    }
    return fits;
  }
}
