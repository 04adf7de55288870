package io.github.gss4j.loss;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Cross entropy with the text: −log softmax(z)[target], in nats per token. */
public record CrossEntropy() implements TokenLoss {
  /** Its name in configurations and metrics. */
  public static final String NAME = "cross_entropy";

  /** A target that does not count. */
  public static final long IGNORED = -100;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Batch begin(Tensor inputs) {
    return (logits, targets, from) -> {
      Tensor sum = sum(logits, targets);
      return new Sums(sum, sum);
    };
  }

  /**
   * Σ −log softmax(logits)[target], in the logits' dtype.
   *
   * @param logits (T, V)
   * @param targets (T) ids, or {@link #IGNORED}
   */
  public static Tensor sum(Tensor logits, Tensor targets) {
    return torch.cross_entropy_loss(
        logits, targets, new TensorOptional(), torch.Reduction.Sum.value, IGNORED, 0.0);
  }
}
