package io.github.gss4j.ops;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** A causal convolution of a few taps, each channel by itself: y_l = Σ_k w_k ⊙ x_{l−k}. */
public final class ShortConvolution {
  private ShortConvolution() {}

  /**
   * Convolves.
   *
   * @param past what came before x, (B, taps − 1, H): zeros at the beginning of a text
   * @param x (B, L, H)
   * @param weight (H, taps), by lag
   * @return (B, L, H)
   */
  public static Tensor apply(Tensor past, Tensor x, Tensor weight) {
    long length = x.size(1);
    long taps = weight.size(1);
    Tensor all = torch.cat(new TensorVector(past, x), 1); // (B, taps − 1 + L, H)
    Tensor y = x.mul(weight.select(1, 0));
    for (long k = 1; k < taps; k++) {
      y = torch.addcmul(y, all.narrow(1, taps - 1 - k, length), weight.select(1, k));
    }
    return y;
  }

  /** What comes before the next tokens, (B, taps − 1, H): the last of past and x. */
  public static Tensor last(Tensor past, Tensor x) {
    long kept = past.size(1);
    Tensor all = torch.cat(new TensorVector(past, x), 1);
    return all.narrow(1, all.size(1) - kept, kept).clone();
  }
}
