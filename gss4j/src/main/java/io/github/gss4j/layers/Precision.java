package io.github.gss4j.layers;

import io.github.gss4j.files.OneLine;
import java.util.Locale;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The dtypes of a model.
 *
 * <p>State-space parameters, kernels, FFT, LayerNorm and states are never below float32: only the
 * dense products drop to bfloat16.
 */
public enum Precision {
  /** All in float64: for checks against reference figures. */
  FLOAT64(ScalarType.Double, ScalarType.Double, ScalarType.Double),
  /** All in float32. */
  FLOAT32(ScalarType.Float, ScalarType.Float, ScalarType.Float),
  /** Weights kept in float32, dense products in bfloat16: for training. */
  MIXED_BFLOAT16(ScalarType.Float, ScalarType.Float, ScalarType.BFloat16),
  /** Weights of dense products kept in bfloat16: half the memory, for inference only. */
  BFLOAT16(ScalarType.Float, ScalarType.BFloat16, ScalarType.BFloat16),
  /** Weights of dense products kept in 8 bits, the embedding in bfloat16: for inference only. */
  INT8(ScalarType.Float, ScalarType.Char, ScalarType.BFloat16);

  private final ScalarType base;
  private final ScalarType matrices;
  private final ScalarType products;

  Precision(ScalarType base, ScalarType matrices, ScalarType products) {
    this.base = base;
    this.matrices = matrices;
    this.products = products;
  }

  /** The dtype of everything but matrices: norms, state-space parameters, activations, states. */
  public ScalarType base() {
    return base;
  }

  /** The dtype that a parameter is kept in. */
  ScalarType storage(Role role) {
    return switch (role) {
      case MATRIX -> matrices;
      case EMBEDDING -> matrices == ScalarType.Char ? ScalarType.BFloat16 : matrices;
      case SCALE -> ScalarType.BFloat16;
      case DYNAMICS, STATE_SPACE, NORM, STATISTIC, BIAS -> base;
    };
  }

  /** The dtype in which dense products are computed. */
  public ScalarType products() {
    return products;
  }

  /**
   * The precision that a command line calls so, for training.
   *
   * @param name {@code float32}, {@code float64} or {@code bfloat16}
   */
  public static Precision forTraining(String name) {
    Precision named = forInference(name);
    if (named == INT8) {
      throw new IllegalArgumentException(
          "dtype is 'int8', which is for reading and writing text only: train in bfloat16");
    }
    return named == BFLOAT16 ? MIXED_BFLOAT16 : named;
  }

  /** The precision that a command line calls so, for inference. */
  public static Precision forInference(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "float32" -> FLOAT32;
      case "float64" -> FLOAT64;
      case "bfloat16" -> BFLOAT16;
      case "int8" -> INT8;
      default ->
          throw new IllegalArgumentException(
              OneLine.of("dtype is '" + name + "', expected float32, float64, bfloat16 or int8"));
    };
  }
}
