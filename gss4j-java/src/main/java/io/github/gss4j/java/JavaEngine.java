package io.github.gss4j.java;

import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.engine.Engine;
import io.github.gss4j.engine.EngineOptions;
import io.github.gss4j.engine.InferenceModel;
import java.util.Locale;

/** Runs models in pure Java: float32, bfloat16 and 8-bit weights, on the CPU. */
public final class JavaEngine implements Engine {
  /** Its name in options. */
  public static final String NAME = "java";

  private final Kernels kernels;
  private final int threads;

  /** The engine with the Vector API where it is there, on all cores. */
  public JavaEngine() {
    this(null, Runtime.getRuntime().availableProcessors());
  }

  /** With other loops and so many threads. */
  JavaEngine(Kernels kernels, int threads) {
    this.kernels = kernels;
    this.threads = threads;
  }

  @Override
  public String name() {
    return NAME;
  }

  /** Before libtorch's: it decodes faster, and starts sooner. */
  @Override
  public int priority() {
    return -1;
  }

  @Override
  public InferenceModel load(StoredModel stored, EngineOptions options) {
    if (!options.device().equals("cpu")) {
      throw new IllegalArgumentException(
          "device is '" + options.device() + "', expected cpu: the engine 'java' has no other");
    }
    Weights weights = new Weights(stored.tensors(), dtype(options.dtype()));
    return new JavaModel(stored, weights, kernels == null ? KernelChoice.best() : kernels, threads);
  }

  private static Weights.Dtype dtype(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "float32" -> Weights.Dtype.FLOAT32;
      case "bfloat16" -> Weights.Dtype.BFLOAT16;
      case "int8" -> Weights.Dtype.INT8;
      default ->
          throw new IllegalArgumentException(
              "dtype is '"
                  + name
                  + "', expected float32, bfloat16 or int8: the engine 'java' has no other");
    };
  }
}
