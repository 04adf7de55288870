package io.github.gss4j.config.training;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.ops.Native;

/**
 * How a run is computed.
 *
 * @param dtype {@code dtype}: float32, bfloat16 or float64
 * @param device {@code device}: cpu, cuda, cuda:N
 * @param checkpointLayers {@code checkpoint_layers}: layers are computed again in the backward
 *     pass, which takes less memory and a third more time
 */
public record ComputeConfig(String dtype, String device, boolean checkpointLayers) {
  /** Checks the dtype. */
  public ComputeConfig {
    Precision.forTraining(dtype);
  }

  /** On the CPU; products in bfloat16 where the processor is fast at it, else in float32. */
  public static ComputeConfig defaults() {
    return new ComputeConfig(Native.hasFastBfloat16() ? "bfloat16" : "float32", "cpu", false);
  }

  /** A copy with another dtype. */
  public ComputeConfig withDtype(String newDtype) {
    return new ComputeConfig(newDtype, device, checkpointLayers);
  }

  /** This, on another device. */
  public ComputeConfig withDevice(String newDevice) {
    return new ComputeConfig(dtype, newDevice, checkpointLayers);
  }

  /** A copy with layers computed again in the backward pass, or not. */
  public ComputeConfig withCheckpointLayers(boolean again) {
    return new ComputeConfig(dtype, device, again);
  }

  static ComputeConfig from(JsonFields f, ComputeConfig byDefault) {
    return new ComputeConfig(
        f.text("dtype", byDefault.dtype),
        f.text("device", byDefault.device),
        f.flag("checkpoint_layers", byDefault.checkpointLayers));
  }

  void putInto(ObjectNode json) {
    json.put("dtype", dtype).put("device", device).put("checkpoint_layers", checkpointLayers);
  }
}
