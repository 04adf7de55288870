package io.github.gss4j.cli.bench;

import io.github.gss4j.engine.InferenceModel;
import io.github.gss4j.engine.Rows;
import io.github.gss4j.engine.SequenceState;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Streams that read given tokens side by side: the model's time alone, nothing sampled. */
final class FixedTokens {
  private static final int PROMPT = 16;
  private static final int WARM_UP = 8;

  private final InferenceModel model;
  private final int streams;

  FixedTokens(InferenceModel model, int streams) {
    this.model = model;
    this.streams = streams;
  }

  /**
   * Reads so many tokens into each stream after a prompt and a warm-up: tokens per second of all.
   */
  double decode(int tokens) {
    float[][] logits = new float[streams][model.config().numTokens()];
    try (Rows rows = model.rows()) {
      List<SequenceState> states = Stream.generate(model::start).limit(streams).toList();
      for (int i = 0; i < streams; i++) {
        states.get(i).read(same(PROMPT, 5 + i % 90), null);
      }
      rows.add(states);
      steps(rows, PROMPT, WARM_UP, logits);
      long start = System.nanoTime();
      steps(rows, PROMPT + WARM_UP, tokens, logits);
      return (double) streams * tokens / ((System.nanoTime() - start) / 1e9);
    }
  }

  private void steps(Rows rows, int from, int count, float[][] logits) {
    for (int at = from; at < from + count; at++) {
      rows.step(same(streams, 40 + at % 50), logits);
    }
  }

  private int[] same(int count, int id) {
    int[] ids = new int[count];
    Arrays.fill(ids, id % model.config().numTokens());
    return ids;
  }
}
