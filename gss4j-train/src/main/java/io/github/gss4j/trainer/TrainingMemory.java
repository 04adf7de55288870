package io.github.gss4j.trainer;

import io.github.gss4j.layers.Parameter;
import io.github.gss4j.ops.Autograd;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Storage;
import org.bytedeco.pytorch.Tensor;

/**
 * The memory that what is learned takes in this process: counted at the tensors' storages, each
 * once, as they are allocated, and not computed from shapes.
 *
 * @param parameters bytes
 * @param gradients bytes
 * @param moments bytes of the optimizer's moments
 */
record TrainingMemory(long parameters, long gradients, long moments) {
  /**
   * Counts.
   *
   * @param learned parameters, whole ones and this rank's parts
   */
  static TrainingMemory of(List<Parameter> learned, Collection<Tensor> moments) {
    try (PointerScope scope = new PointerScope()) {
      List<Tensor> values = learned.stream().map(Parameter::value).toList();
      List<Tensor> gradients =
          values.stream().map(Autograd::gradient).filter(Tensor::defined).toList();
      return new TrainingMemory(bytes(values), bytes(gradients), bytes(moments));
    }
  }

  private static long bytes(Collection<Tensor> tensors) {
    Map<Long, Long> storages = new TreeMap<>();
    for (Tensor tensor : tensors) {
      Storage storage = tensor.storage();
      Pointer data = storage.data();
      if (data != null && !data.isNull()) {
        storages.put(data.address(), storage.nbytes());
      }
    }
    return storages.values().stream().mapToLong(bytes -> bytes).sum();
  }

  /** All of it. */
  long all() {
    return parameters + gradients + moments;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%,d bytes of parameters, %,d of gradients, %,d of moments, %,d in all",
        parameters,
        gradients,
        moments,
        all());
  }
}
