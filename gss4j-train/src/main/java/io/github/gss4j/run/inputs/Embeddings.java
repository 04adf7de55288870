package io.github.gss4j.run.inputs;

import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.checkpoint.ModelFiles;
import io.github.gss4j.checkpoint.TensorSource;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.layers.Role;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.weights.TensorReader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Token embeddings taken from another model, such as a GPT-2 of the same width: into the embedding,
 * and into the matrix of the logits where that is one of its own, as the published checkpoint's
 * training began.
 */
final class Embeddings {
  private static final Logger LOG = LoggerFactory.getLogger(Embeddings.class);

  /** Names that the ecosystem gives to the matrix of (vocabulary, width). */
  private static final List<String> NAMES =
      List.of("wte.weight", "transformer.wte.weight", "token_emb.weight", "net.token_emb.weight");

  private Embeddings() {}

  /**
   * Copies them in.
   *
   * @param from a file of weights, a model's directory, or a run's
   * @throws CheckpointException if it holds none, or of another shape
   */
  static void copy(Path from, LanguageModel model) {
    Path file = ModelFiles.find(from).weights();
    TensorSource source = TensorSource.open(file);
    String name =
        NAMES.stream()
            .filter(n -> source.names().contains(n) || source.others().containsKey(n))
            .findFirst()
            .orElseThrow(
                () ->
                    new CheckpointException(
                        file, "holds no token embedding, expected one of " + NAMES));
    for (Parameter p : model.parameters()) {
      if (isTaken(p, model)) {
        copy(file, source, name, p);
      }
    }
  }

  private static boolean isTaken(Parameter p, LanguageModel model) {
    boolean logits = p.name().startsWith("to_logits.") && p.role() == Role.MATRIX;
    return p.name().equals("token_emb.weight")
        || (logits && p.value().size(0) == model.config().numTokens());
  }

  private static void copy(Path file, TensorSource source, String name, Parameter p) {
    List<Long> wanted = Arrays.stream(Tensors.shape(p.value())).boxed().toList();
    if (!source.shape(name).equals(wanted)) {
      throw new CheckpointException(
          file,
          "tensor '%s' has shape %s, expected %s to fit %s: num_tokens and dim must be the same"
              .formatted(name, source.shape(name), wanted, p.name()));
    }
    Scopes.run(
        () -> {
          try (NoGradGuard guard = new NoGradGuard()) {
            Tensor rows = new TensorReader(source).readWarned(name, Tensors.type(p.value()));
            p.value().copy_(rows);
          }
        });
    LOG.info("{} is a copy of {} in {}", p.name(), name, file);
  }
}
