package io.github.gss4j.layers;

import io.github.gss4j.ops.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How long each sequence of a batch is; what comes after it, up to the longest, is padding.
 *
 * @param each (B) of int64, each at least 1
 */
public record Lengths(Tensor each) {
  /**
   * The lengths of a batch.
   *
   * @param padded L, the length to which all are padded
   * @param like a tensor on the device wanted
   */
  public static Lengths of(long[] lengths, long padded, Tensor like) {
    if (Arrays.stream(lengths).anyMatch(n -> n < 1 || n > padded)) {
      throw new IllegalArgumentException(
          "lengths are "
              + Arrays.toString(lengths)
              + ", expected each from 1 to "
              + padded
              + ", the padded length");
    }
    return new Lengths(Tensors.of(lengths, lengths.length).to(like.device(), ScalarType.Long));
  }

  /** Sequences that all fill the length. */
  public static Lengths full(long batch, long length, Tensor like) {
    long[] lengths = new long[Math.toIntExact(batch)];
    Arrays.fill(lengths, length);
    return of(lengths, length, like);
  }

  /** True where a token is, false where padding is: (B, L). */
  public Tensor mask(long length) {
    return places(length).lt(each.unsqueeze(1));
  }

  /**
   * Each sequence turned round within its own length; padding stays where it is.
   *
   * @param x (B, L, D)
   */
  Tensor reverse(Tensor x) {
    long length = x.size(1);
    Tensor place = places(length); // (1, L)
    Tensor mirrored = each.unsqueeze(1).sub(place).sub(new Scalar(1L)); // (B, L)
    Tensor from = torch.where(mask(length), mirrored, place);
    return x.gather(1, from.unsqueeze(2).expand_as(x));
  }

  /**
   * The last token of each sequence.
   *
   * @param x (B, L, D)
   * @return (B, D)
   */
  public Tensor last(Tensor x) {
    Tensor at = each.sub(new Scalar(1L)).view(-1, 1, 1).expand(x.size(0), 1, x.size(2));
    return x.gather(1, at).squeeze(1);
  }

  /**
   * The mean of each sequence's tokens.
   *
   * @param x (B, L, D)
   * @return (B, D)
   */
  public Tensor mean(Tensor x) {
    Tensor weights = mask(x.size(1)).to(x.scalar_type()).unsqueeze(2); // (B, L, 1)
    return x.mul(weights).sum(1).div(each.unsqueeze(1).to(x.scalar_type()));
  }

  /**
   * The greatest of each number over a sequence's tokens.
   *
   * @param x (B, L, D)
   * @return (B, D)
   */
  public Tensor max(Tensor x) {
    Tensor padding = mask(x.size(1)).logical_not().unsqueeze(2); // (B, L, 1)
    return x.masked_fill(padding, new Scalar(Double.NEGATIVE_INFINITY)).amax(new long[] {1}, false);
  }

  private Tensor places(long length) {
    return Tensors.range(0, length, each).to(ScalarType.Long).unsqueeze(0);
  }
}
