package io.github.gss4j.batches;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.tracking.MetricLine;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * The micro-batches of a run: usually a pure function of the step, so that a resume needs no state.
 * One that reads a stream has a position, which a checkpoint keeps.
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

  /** Where a micro-batch's sequences begin in a text; empty if they are independent. */
  default Optional<TextPosition> place(long step, int micro) {
    return Optional.empty();
  }

  /** Where the step after the last one begins, for {@link #seek}; nothing for a pure function. */
  default Optional<JsonNode> position() {
    return Optional.empty();
  }

  /**
   * Continues at a position that a checkpoint kept, before the first step is asked for.
   *
   * @throws IllegalArgumentException if it is not one of this source's
   */
  default void seek(JsonNode position) {
    throw new IllegalArgumentException(
        "the checkpoint keeps a position in a stream, but the text is not a stream: resume with the"
            + " same --data and --stream");
  }

  /** What was left out so far, where that can happen. */
  default Optional<MetricLine.SkippedData> leftOut() {
    return Optional.empty();
  }

  /** Stops reading ahead. */
  @Override
  default void close() {}
}
