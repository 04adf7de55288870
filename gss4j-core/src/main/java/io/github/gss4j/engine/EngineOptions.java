package io.github.gss4j.engine;

import io.github.gss4j.config.Checks;

/**
 * How an engine holds and runs a model.
 *
 * @param dtype of the weights in memory: {@code float32}, {@code float64}, {@code bfloat16} or
 *     {@code int8}
 * @param device {@code cpu}, or {@code cuda:N} where the engine knows it
 * @param threads how many compute; 0 is as many as there are cores
 */
public record EngineOptions(String dtype, String device, int threads) {
  /** Float32 on the CPU: what the weights of most files are, and where every engine runs. */
  public static final EngineOptions DEFAULT = new EngineOptions("float32", "cpu");

  /** Checks the threads. */
  public EngineOptions {
    Checks.that(threads >= 0, "threads", threads, "at least 1");
  }

  /** On all cores. */
  public EngineOptions(String dtype, String device) {
    this(dtype, device, 0);
  }

  /** A copy with another dtype. */
  public EngineOptions withDtype(String newDtype) {
    return new EngineOptions(newDtype, device, threads);
  }

  /** A copy with another device. */
  public EngineOptions withDevice(String newDevice) {
    return new EngineOptions(dtype, newDevice, threads);
  }

  /** A copy with this many threads. */
  public EngineOptions withThreads(int newThreads) {
    return new EngineOptions(dtype, device, newThreads);
  }
}
