package io.github.gss4j.cli.bench;

import io.github.gss4j.engine.InferenceModel;
import io.github.gss4j.engine.Rows;
import io.github.gss4j.engine.SequenceState;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Streams that read given tokens side by side: the model's time alone, nothing sampled. */
final class FixedTokens {
  /** A prompt that is read in no time. */
  static final int SHORT_PROMPT = 16;

  private static final int WARM_UP_STEPS = 8;

  /** After it all that is decoded with is compiled. */
  private static final long WARM_UP_NANOS = 3_000_000_000L;

  /** Tokens of a prompt that are read at once. */
  private static final int BLOCK = 1024;

  private final InferenceModel model;
  private final int streams;
  private final int[] prompt;

  /**
   * What reading took.
   *
   * @param promptSeconds for the prompts of all streams
   * @param rate tokens per second after them, of all streams together
   */
  record Times(double promptSeconds, double rate) {}

  FixedTokens(InferenceModel model, int streams, int promptLen) {
    this.model = model;
    this.streams = streams;
    this.prompt =
        IntStream.range(0, promptLen)
            .map(i -> (i * 13 + 7) % 200 % model.config().numTokens())
            .toArray();
  }

  /** Decodes while Java compiles. */
  void warmUp(int tokens) {
    long end = System.nanoTime() + WARM_UP_NANOS;
    do {
      decode(tokens);
    } while (System.nanoTime() < end);
  }

  /** Reads the prompt into each stream, eight tokens more, then so many that count. */
  Times decode(int tokens) {
    float[][] logits = new float[streams][model.config().numTokens()];
    List<SequenceState> states = Stream.generate(model::start).limit(streams).toList();
    try (Rows rows = model.rows()) {
      long start = System.nanoTime();
      states.forEach(this::readPrompt);
      double promptSeconds = seconds(start);
      rows.add(states);
      steps(rows, 0, WARM_UP_STEPS, logits);
      long first = System.nanoTime();
      steps(rows, WARM_UP_STEPS, tokens, logits);
      return new Times(promptSeconds, (double) streams * tokens / seconds(first));
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private void readPrompt(SequenceState state) {
    float[] logits = new float[model.config().numTokens()];
    for (int from = 0; from < prompt.length; from += BLOCK) {
      int to = Math.min(prompt.length, from + BLOCK);
      state.read(Arrays.copyOfRange(prompt, from, to), to == prompt.length ? logits : null);
    }
  }

  private void steps(Rows rows, int from, int count, float[][] logits) {
    int[] ids = new int[streams];
    for (int at = from; at < from + count; at++) {
      Arrays.fill(ids, (40 + at % 50) % model.config().numTokens());
      rows.step(ids, logits);
    }
  }
}
