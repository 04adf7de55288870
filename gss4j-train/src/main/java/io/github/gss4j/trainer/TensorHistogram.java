package io.github.gss4j.trainer;

import io.github.gss4j.ops.Tensors;
import io.github.gss4j.tracking.Histogram;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Counts how the values of tensors spread. */
final class TensorHistogram {
  private static final int BUCKETS = 40;

  private TensorHistogram() {}

  /** One histogram of all values, in buckets of equal width; empty where any is not finite. */
  static Histogram of(List<Tensor> tensors) {
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    double sum = 0;
    double squares = 0;
    long count = 0;
    for (Tensor t : tensors) {
      min = Math.min(min, Tensors.value(t.min()));
      max = Math.max(max, Tensors.value(t.max()));
      sum += Tensors.value(t.sum());
      double norm = Tensors.value(t.norm());
      squares += norm * norm;
      count += t.numel();
    }
    if (!Double.isFinite(min) || !Double.isFinite(max)) {
      return Histogram.EMPTY;
    }
    if (min == max) {
      return new Histogram(min, max, count, sum, squares, List.of(max), List.of((double) count));
    }
    double[] counts = new double[BUCKETS];
    for (Tensor t : tensors) {
      double[] bins =
          Tensors.toDoubles(torch.histc(t.detach(), BUCKETS, new Scalar(min), new Scalar(max)));
      java.util.Arrays.setAll(counts, i -> counts[i] + bins[i]);
    }
    return Histogram.even(min, max, count, sum, squares, counts);
  }
}
