package io.github.gss4j.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.cli.terminal.Speed;
import io.github.gss4j.engine.InferenceModel;
import io.github.gss4j.engine.SequenceState;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Random tokens that a model reads block by block, carrying its state. The first blocks warm up;
 * those after them and the last ones are compared.
 */
final class TokenStream {
  /** Blocks that warm up, that count as early, and that count as late. */
  private static final int BLOCKS = 8;

  private final InferenceModel model;
  private final long[] nanos;
  private final int block;
  private final SplittableRandom random = new SplittableRandom(1);

  /**
   * A stream to be read.
   *
   * @param tokens at least so many: the last block is whole
   */
  TokenStream(InferenceModel model, long tokens, int block) {
    if (block < 1 || tokens <= (3L * BLOCKS - 1) * block) {
      throw new IllegalArgumentException(
          "--tokens is %d and --block is %d, expected at least %d blocks of 1 token or more"
              .formatted(tokens, block, 3 * BLOCKS));
    }
    this.model = model;
    this.block = block;
    this.nanos = new long[Math.toIntExact((tokens + block - 1) / block)];
  }

  /**
   * What was measured.
   *
   * @param startBytes resident before the first block
   * @param warmBytes after the first blocks
   * @param endBytes after the last
   */
  @SuppressWarnings("ArrayRecordComponent") // printed once, never compared
  record Outcome(long[] nanos, int block, long startBytes, long warmBytes, long endBytes) {
    /** The median nanoseconds of a token, in some blocks. */
    private double tokenNanos(int from, int to) {
      long[] sorted = Arrays.stream(nanos, from, to).sorted().toArray();
      return (double) sorted[sorted.length / 2] / block;
    }

    ObjectNode json(String name) {
      long tokens = (long) nanos.length * block;
      double early = tokenNanos(BLOCKS, 2 * BLOCKS);
      double late = tokenNanos(nanos.length - BLOCKS, nanos.length);
      ObjectNode json = BenchResult.empty();
      json.put("model", name).put("tokens", tokens).put("block", block);
      json.put("tokens_per_second", tokens / (Arrays.stream(nanos).sum() / 1e9));
      json.put("resident_bytes_at_start", startBytes);
      json.put("resident_bytes_after_first_blocks", warmBytes);
      json.put("resident_bytes_at_end", endBytes);
      json.put("token_nanos_early", early).put("token_nanos_late", late);
      return json.put("late_to_early", late / early);
    }
  }

  Outcome read() {
    long start = Speed.residentBytes();
    long warm = 0;
    try (SequenceState state = model.start()) {
      for (int i = 0; i < nanos.length; i++) {
        int[] ids = random.ints(block, 0, model.config().numTokens()).toArray();
        long before = System.nanoTime();
        state.read(ids, null);
        nanos[i] = System.nanoTime() - before;
        warm = i == BLOCKS - 1 ? Speed.residentBytes() : warm;
      }
    }
    return new Outcome(nanos, block, start, warm, Speed.residentBytes());
  }
}
