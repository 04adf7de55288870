package io.github.gss4j.layers;

import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * A kernel that is convolved with what is read.
 *
 * @param values K by lag, (rows, T): it may end before the sequence does
 * @param further tokens that the convolution looks back beyond K's own
 * @param convolution of x, (B, L, H), and K
 */
public record ConvolutionKernel(Tensor values, long further, BinaryOperator<Tensor> convolution)
    implements Kernel {
  /** A kernel that is all that the convolution looks back. */
  public ConvolutionKernel(Tensor values, BinaryOperator<Tensor> convolution) {
    this(values, 0, convolution);
  }

  @Override
  public Tensor forward(Tensor x) {
    return convolution.apply(x, values);
  }

  @Override
  public long reach() {
    return values.size(-1) - 1 + further;
  }

  @Override
  public List<Tensor> tensors() {
    return List.of(values);
  }

  @Override
  public Kernel map(UnaryOperator<Tensor> replacement) {
    return new ConvolutionKernel(replacement.apply(values), further, convolution);
  }
}
