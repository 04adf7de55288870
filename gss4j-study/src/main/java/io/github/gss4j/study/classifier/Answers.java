package io.github.gss4j.study.classifier;

import io.github.gss4j.batches.ClassifierBatches;
import io.github.gss4j.batches.LabelledBatches;
import io.github.gss4j.batches.LabelledSequences;
import io.github.gss4j.config.training.ClassifierObjective;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.SequenceClassifier;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What a trained classifier says of sequences, one at a time. */
public final class Answers {
  private final SequenceClassifier model;
  private final ClassifierBatches batches;

  /** Of a model that stays open, in float32. */
  public Answers(SequenceClassifier model, LabelledSequences sequences) {
    this.model = model;
    this.batches =
        new ClassifierBatches(
            sequences,
            ClassifierObjective.LABEL,
            model.config().input(),
            Precision.FLOAT32.base(),
            model.device());
  }

  /** How likely the model finds each class of a sequence: softmax of its logits. */
  public double[] probabilities(int index) {
    try (PointerScope scope = new PointerScope()) {
      LabelledBatches.Batch one = batches.batch(batches.inOrder(index, index + 1));
      Tensor logits = Scopes.withoutGradient(() -> model.logits(one.input()));
      return Tensors.toDoubles(torch.softmax(logits, -1));
    }
  }
}
