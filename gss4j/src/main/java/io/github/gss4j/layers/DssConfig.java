package io.github.gss4j.layers;

/**
 * A diagonal state space's sizes and options.
 *
 * @param stateSize N, the number of modes, shared by all channels
 * @param kernelDim H, the number of channels
 * @param lambdaImagExp whether Im Λ is the exponential of its parameter, as in the paper's
 *     pseudocode, or the parameter itself
 */
public record DssConfig(int stateSize, int kernelDim, boolean lambdaImagExp)
    implements MixerConfig {
  /** The published package's defaults: N 512, H 256, exponential. */
  public static final DssConfig PUBLISHED = new DssConfig(512, 256, true);

  /** Checks the sizes. */
  public DssConfig {
    if (stateSize < 1) {
      throw new IllegalArgumentException("dss_kernel_N is " + stateSize + ", expected at least 1");
    }
    if (kernelDim < 1) {
      throw new IllegalArgumentException("dss_kernel_H is " + kernelDim + ", expected at least 1");
    }
  }

  @Override
  public String kind() {
    return "gss";
  }

  @Override
  public String prefix() {
    return "dss";
  }

  @Override
  public int channels() {
    return kernelDim;
  }

  @Override
  public SequenceMixer mixer(Parameters p) {
    return DiagonalStateSpace.declare(p, this);
  }
}
