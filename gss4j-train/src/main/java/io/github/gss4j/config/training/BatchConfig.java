package io.github.gss4j.config.training;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.config.Checks;
import io.github.gss4j.config.JsonFields;
import java.util.Map;

/**
 * What a step reads.
 *
 * @param size {@code batch}, sequences of a micro-batch
 * @param accumulate {@code accumulate}, micro-batches of a step
 * @param sumGradients {@code accumulation: sum}; otherwise {@code mean}
 * @param seqLen {@code seq_len}, tokens of a sequence
 * @param state {@code carry_state, state_passing, …}: what sequences begin from
 */
public record BatchConfig(
    int size, int accumulate, boolean sumGradients, int seqLen, StateConfig state) {
  /**
   * 8 sequences of 512 tokens: as many as two cores take in a quarter of a second with the default
   * model. The mean keeps the learning rate independent of {@code accumulate}.
   */
  public static final BatchConfig DEFAULT = new BatchConfig(8, 1, false, 512, StateConfig.NONE);

  /** Ids of a micro-batch, which pass through a Java array. */
  private static final long MOST_IDS = 1 << 30;

  /** Checks the sizes. */
  public BatchConfig {
    Checks.that(size >= 1, "batch", size, "at least 1");
    Checks.that(accumulate >= 1, "accumulate", accumulate, "at least 1");
    Checks.that(seqLen >= 1, "seq_len", seqLen, "at least 1");
    Checks.that(
        size * (seqLen + 1L) <= MOST_IDS,
        "batch × (seq_len + 1)",
        size * (seqLen + 1L),
        "at most " + MOST_IDS);
  }

  /** Tokens of one optimizer step, on one rank. */
  long tokensPerStep() {
    return (long) size * accumulate * seqLen;
  }

  /** A copy with another number of sequences. */
  public BatchConfig withSize(int sequences) {
    return new BatchConfig(sequences, accumulate, sumGradients, seqLen, state);
  }

  /** A copy with another number of micro-batches, whose gradients are averaged. */
  public BatchConfig withAccumulate(int microBatches) {
    return new BatchConfig(size, microBatches, sumGradients, seqLen, state);
  }

  /** A copy with sequences of another length. */
  public BatchConfig withSeqLen(int tokens) {
    return new BatchConfig(size, accumulate, sumGradients, tokens, state);
  }

  /** A copy with sequences that begin from other states. */
  public BatchConfig with(StateConfig states) {
    return new BatchConfig(size, accumulate, sumGradients, seqLen, states);
  }

  static BatchConfig from(JsonFields f, BatchConfig byDefault) {
    return new BatchConfig(
        f.integer("batch", byDefault.size),
        f.integer("accumulate", byDefault.accumulate),
        Checks.oneOf(
            "accumulation",
            f.text("accumulation", byDefault.accumulation()),
            Map.of("mean", false, "sum", true)),
        f.integer("seq_len", byDefault.seqLen),
        StateConfig.from(f, byDefault.state));
  }

  private String accumulation() {
    return sumGradients ? "sum" : "mean";
  }

  void putInto(ObjectNode json) {
    json.put("batch", size).put("accumulate", accumulate).put("accumulation", accumulation());
    json.put("seq_len", seqLen);
    state.putInto(json);
  }
}
