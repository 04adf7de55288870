package io.github.gss4j.run;

import io.github.gss4j.checkpoint.ModelFiles;
import io.github.gss4j.checkpoint.TensorSource;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.model.SequenceClassifier;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.weights.TensorReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The weights that a classifier starts from: {@code start_from}. */
final class FirstWeights {
  private static final Logger LOG = LoggerFactory.getLogger(FirstWeights.class);

  /** Heads may be of other classes than the first model's. */
  private static final String HEADS = "to_(place_)?logits\\..*";

  private FirstWeights() {}

  /**
   * Copies another classifier's weights; a head of other classes stays as it was drawn.
   *
   * @throws IllegalArgumentException if anything else is missing there, or of another shape
   */
  static void copy(Path from, SequenceClassifier model) {
    TensorSource source = TensorSource.open(ModelFiles.find(from).weights());
    TensorReader reader = new TensorReader(source);
    List<String> drawn = new ArrayList<>();
    for (Parameter p : model.parameters()) {
      List<Long> shape = Arrays.stream(Tensors.shape(p.value())).boxed().toList();
      List<Long> there =
          source.names().contains(p.name()) ? source.get(p.name()).shape() : List.of();
      if (there.equals(shape)) {
        copy(reader, p);
      } else if (p.name().matches(HEADS)) {
        drawn.add(p.name());
      } else {
        throw new IllegalArgumentException(
            "start_from is %s, where %s has shape %s, expected %s"
                .formatted(from, p.name(), there.isEmpty() ? "none" : there, shape));
      }
    }
    if (!drawn.isEmpty()) {
      LOG.info("{} has other classes: {} begin anew", from, drawn);
    }
  }

  /** Gives a parameter the value of the same name. */
  static void copy(TensorReader reader, Parameter p) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      p.value().copy_(reader.readWarned(p.name(), Tensors.type(p.value())));
    }
  }
}
