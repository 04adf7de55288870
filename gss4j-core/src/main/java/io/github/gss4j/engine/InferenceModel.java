package io.github.gss4j.engine;

import io.github.gss4j.checkpoint.StoredTensor;
import io.github.gss4j.config.ModelConfig;
import java.util.Map;

/**
 * A model in an engine's memory, ready to run. Immutable in use: threads share it, each with its
 * own states.
 */
public interface InferenceModel extends AutoCloseable {
  /** Its sizes and options. */
  ModelConfig config();

  /** How much memory its weights take, in bytes. */
  long bytes();

  /**
   * Changes with configuration and stored weights, not with engine or dtype: a saved state fits
   * models of one fingerprint.
   */
  String fingerprint();

  /** Whether states that were saved under a fingerprint fit this model. */
  default boolean accepts(String fingerprint) {
    return fingerprint.equals(fingerprint());
  }

  /** The state before the first token. */
  SequenceState start();

  /**
   * A state from its tensors.
   *
   * @param tokens how many it has read
   * @param tensors as {@link SequenceState#tensors()} gives them
   * @throws IllegalArgumentException if they are not of this model's shapes
   */
  SequenceState restore(long tokens, Map<String, StoredTensor> tensors);

  /** An empty set of sequences that step together. */
  Rows rows();

  /** Frees the weights. States and rows must be closed before. */
  @Override
  void close();
}
