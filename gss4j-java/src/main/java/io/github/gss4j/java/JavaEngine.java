package io.github.gss4j.java;

import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.engine.Engine;
import io.github.gss4j.engine.EngineOptions;
import io.github.gss4j.engine.InferenceModel;
import java.util.Locale;
import java.util.Map;

/** Runs models in pure Java: float32, bfloat16 and 8-bit weights, on the CPU. */
public final class JavaEngine implements Engine {
  /** Its name in options. */
  public static final String NAME = "java";

  private static final Map<String, Weights.Dtype> DTYPES =
      Map.of(
          "float32", Weights.Dtype.FLOAT32,
          "bfloat16", Weights.Dtype.BFLOAT16,
          "int8", Weights.Dtype.INT8);

  /** Null until a model is loaded, where none was chosen. */
  private final Kernels kernels;

  /** The engine, with the Vector API where it is there. */
  public JavaEngine() {
    this(null);
  }

  /** With loops of a kind. */
  JavaEngine(Kernels kernels) {
    this.kernels = kernels;
  }

  @Override
  public String name() {
    return NAME;
  }

  /**
   * Before libtorch's where the Vector API is there: it then decodes faster and starts sooner.
   * Plain loops are slower than libtorch.
   */
  @Override
  public int priority() {
    return KernelChoice.hasVectors() ? 10 : -10;
  }

  @Override
  public boolean runs(ModelConfig model, EngineOptions options) {
    return options.device().equals("cpu")
        && DTYPES.containsKey(options.dtype().toLowerCase(Locale.ROOT))
        && model.layers().stream()
            .flatMap(layer -> layer.mixer(model.dim()).stream())
            .allMatch(MixerKind::runs);
  }

  @Override
  public InferenceModel load(StoredModel stored, EngineOptions options) {
    if (!options.device().equals("cpu")) {
      throw new IllegalArgumentException(
          "device is '" + options.device() + "', expected cpu: the engine 'java' has no other");
    }
    int threads =
        options.threads() == 0 ? Runtime.getRuntime().availableProcessors() : options.threads();
    Weights.Dtype dtype = dtype(options.dtype());
    return new JavaModel(
        stored,
        new Weights(stored.tensors(), dtype),
        kernels == null ? KernelChoice.best(dtype) : () -> kernels,
        threads);
  }

  private static Weights.Dtype dtype(String name) {
    Weights.Dtype dtype = DTYPES.get(name.toLowerCase(Locale.ROOT));
    if (dtype == null) {
      throw new IllegalArgumentException(
          "dtype is '"
              + name
              + "', expected float32, bfloat16 or int8: the engine 'java' has no other");
    }
    return dtype;
  }
}
