package io.github.gss4j.batches;

import io.github.gss4j.layers.Lengths;
import io.github.gss4j.loss.CrossEntropy;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** The micro-batches of a classifier's training: a pure function of the step. */
@FunctionalInterface
public interface LabelledBatches {
  /**
   * Sequences and their classes.
   *
   * @param input (B, L) ids, or (B, L, input_dim) numbers, on the model's device
   * @param lengths of the sequences, one at least being L
   * @param labels (B) of int64
   * @param tokens of all sequences, without padding
   * @param places (B, L) of int64: the class of each place, or {@link CrossEntropy#IGNORED}
   */
  record Batch(Tensor input, Lengths lengths, Tensor labels, long tokens, Optional<Tensor> places) {
    /** Whether all are of length L, so that nothing is padding. */
    public boolean isFull() {
      return tokens == input.size(0) * input.size(1);
    }
  }

  /**
   * The micro-batches of a step, of equally many sequences, in the caller's scope.
   *
   * @param step from 1
   */
  List<Batch> of(long step);
}
