package io.github.gss4j.engine;

/**
 * How an engine holds and runs a model.
 *
 * @param dtype of the weights in memory: {@code float32}, {@code float64}, {@code bfloat16} or
 *     {@code int8}
 * @param device {@code cpu}, or {@code cuda:N} where the engine knows it
 */
public record EngineOptions(String dtype, String device) {
  /** Float32 on the CPU: what the weights of most files are, and where every engine runs. */
  public static final EngineOptions DEFAULT = new EngineOptions("float32", "cpu");

  /** The same with another dtype. */
  public EngineOptions withDtype(String newDtype) {
    return new EngineOptions(newDtype, device);
  }

  /** The same on another device. */
  public EngineOptions withDevice(String newDevice) {
    return new EngineOptions(dtype, newDevice);
  }
}
