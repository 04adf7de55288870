package io.github.gss4j.run;

import io.github.gss4j.checkpoint.Lists;
import io.github.gss4j.checkpoint.ModelFiles;
import io.github.gss4j.checkpoint.TensorSource;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.model.SequenceClassifier;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.run.inputs.ModelSettings;
import io.github.gss4j.weights.PretrainedClassifier;
import io.github.gss4j.weights.TensorReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The weights that a classifier starts from: {@code start_from}. */
final class FirstWeights {
  private static final Logger LOG = LoggerFactory.getLogger(FirstWeights.class);

  /** Heads may be of other classes than the first model's. */
  private static final String HEADS = "to_(place_)?logits\\..*";

  /** What is made of the last layer's vectors, and how weights are drawn. */
  private static final Set<String> FREE =
      Set.of(
          "num_classes",
          "place_classes",
          "pooling",
          "init",
          "dt_min",
          "dt_max",
          "max_phase",
          "phase_grid",
          "tau_min",
          "tau_max",
          "tau_growth",
          "slow_c");

  private FirstWeights() {}

  /**
   * Copies another classifier's weights; a head of other classes stays as it was drawn.
   *
   * @throws IllegalArgumentException if anything else is missing there, left over, or of another
   *     shape, or read in another way
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
    ModelSettings.check(
        model.config().toJson(),
        PretrainedClassifier.config(from).toJson(),
        FREE,
        from,
        "start_from takes all of a model but its heads");
    if (!drawn.isEmpty()) {
      LOG.info("{} has other classes: {} begin anew", from, drawn);
    }
    List<String> left = new ArrayList<>(source.names());
    model.parameters().forEach(p -> left.remove(p.name()));
    if (!left.isEmpty()) { // heads, as all else is in the config
      LOG.info("{}: {} are left out, the model has no such head", from, Lists.brief(left));
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
