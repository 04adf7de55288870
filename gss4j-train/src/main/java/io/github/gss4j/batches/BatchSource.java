package io.github.gss4j.batches;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.tracking.MetricLine;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * Gives the micro-batches of a run: mostly a pure function of the step, so that a resume needs no
 * state. One that reads a stream has a position, which a checkpoint keeps.
 */
@FunctionalInterface
public interface BatchSource extends AutoCloseable {
  /**
   * One micro-batch.
   *
   * @param step the optimizer step, from 1
   * @param micro the micro-batch within it, from 0
   * @return ids (B, L+1) on the CPU, in the caller's scope
   */
  Tensor ids(long step, int micro);

  /** Where a micro-batch's sequences begin in a text; nothing where each stands for itself. */
  default Optional<TextPosition> place(long step, int micro) {
    return Optional.empty();
  }

  /** Where the step after the last one begins, for {@link #seek}; nothing for a pure function. */
  default Optional<JsonNode> position() {
    return Optional.empty();
  }

  /**
   * Goes on at a position that a checkpoint kept, before the first step is asked for.
   *
   * @throws IllegalArgumentException if it is none of this source's
   */
  default void seek(JsonNode position) {
    throw new IllegalArgumentException(
        "the checkpoint keeps a position in a stream, but the text is no stream: resume with the"
            + " same --data and --stream");
  }

  /** What was left out so far, where that can happen. */
  default Optional<MetricLine.SkippedData> leftOut() {
    return Optional.empty();
  }

  /** Ends what reads ahead, where something does. */
  @Override
  default void close() {}
}
