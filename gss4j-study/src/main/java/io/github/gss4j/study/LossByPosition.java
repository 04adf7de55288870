package io.github.gss4j.study;

import io.github.gss4j.data.TokenStore;
import io.github.gss4j.engine.InferenceModel;
import io.github.gss4j.engine.Rows;
import io.github.gss4j.engine.Scores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * How well tokens are foretold by how many tokens were read before them: whether more context
 * helps.
 *
 * <p>Texts are easier here and harder there, which would hide what context does. So everything is
 * read twice, with the state carried and with the state reset every {@code unit} tokens, the length
 * of training. What counts is by how much the two differ on the same tokens:
 *
 * <pre>
 * from ≥ unit:  loss = carried − restarted + R
 * to ≤ unit:    loss = mean over windows of (restarted − carried) − mean of that over all of them + R
 * </pre>
 *
 * <p>where R is the mean of restarted over all that was read, and windows are those after the
 * first, where both are the same. Of a text of one window alone the losses are as they are.
 *
 * @param from the first position of a stretch, from 0
 * @param to the position after its last
 * @param loss in nats per token, as if the text were equally hard all the way
 * @param carried mean over the stretch's tokens and over the streams, the state carried
 * @param restarted the same tokens' mean, the state reset at each multiple of {@code unit}
 */
record LossByPosition(long from, long to, double loss, double carried, double restarted) {
  private static final int BLOCK = 512;
  private static final int MOST_STREAMS = 8;

  /**
   * Measures a model.
   *
   * @param text read in streams that begin at even distances
   * @param unit the length that the model was trained at
   * @param times the streams are this many times as long, or as long as the text and the model
   *     allow
   * @param tokens about how many to read in all
   * @return stretches of unit/4, unit/4, unit/2, unit, 2·unit, 4·unit …
   */
  static List<LossByPosition> of(
      InferenceModel model, TokenStore text, int unit, int times, long tokens) {
    long most = model.config().maxSeqLen().orElse(Integer.MAX_VALUE);
    long length = Math.min((long) unit * times, Math.min(most, text.size() - 1));
    if (length < 4) {
      throw new IllegalArgumentException(
          "a stream has " + length + " tokens, expected at least 4: the text is too short");
    }
    long starts = text.size() - 1 - length;
    int streams = (int) Math.max(1, Math.min(MOST_STREAMS, tokens / length));
    long[] begins =
        starts < streams
            ? new long[1]
            : LongStream.range(0, streams)
                .map(s -> starts * s / Math.max(1, streams - 1))
                .toArray();
    double[] carried = new double[Math.toIntExact(length)];
    double[] restarted = new double[carried.length];
    read(model, text, begins, unit, carried, restarted);
    double windows = DoubleStream.of(restarted).average().orElseThrow();
    double[] lost = // by the restarts; of a single window the losses themselves
        IntStream.range(0, restarted.length)
            .mapToDouble(i -> length < 2L * unit ? restarted[i] : restarted[i] - carried[i])
            .toArray();
    double level = windows - window(lost, unit, 0, unit);
    List<LossByPosition> stretches = new ArrayList<>();
    long from = 0;
    for (long to : ends(unit, length)) {
      double with = mean(carried, from, to);
      double without = mean(restarted, from, to);
      double loss = to <= unit ? level + window(lost, unit, from, to) : with - without + windows;
      stretches.add(new LossByPosition(from, to, loss, with, without));
      from = to;
    }
    return stretches;
  }

  /** unit/4, unit/2, unit, 2·unit, 4·unit … up to the length, and the length. */
  private static List<Long> ends(int unit, long length) {
    List<Long> ends = new ArrayList<>();
    for (long quarters = 1; unit * quarters / 4 < length; quarters *= 2) {
      if (unit * quarters / 4 > 0) {
        ends.add(unit * quarters / 4);
      }
    }
    ends.add(length);
    return ends;
  }

  private static double mean(double[] losses, long from, long to) {
    return Arrays.stream(losses, (int) from, (int) to).average().orElseThrow();
  }

  /**
   * The mean over tokens {@code from} to {@code to} of whole windows, all but the first of several.
   */
  private static double window(double[] values, int unit, long from, long to) {
    int first = values.length < 2 * unit ? 0 : unit;
    int end = Math.max(Math.min(unit, values.length), values.length - values.length % unit);
    return IntStream.range(first, end)
        .filter(i -> i % unit >= from && i % unit < to)
        .mapToDouble(i -> values[i])
        .average()
        .orElseThrow();
  }

  /** The losses at each position, the mean over the streams, in both ways of reading. */
  private static void read(
      InferenceModel model,
      TokenStore text,
      long[] begins,
      int unit,
      double[] carried,
      double[] restarted) {
    Rows window = start(model, begins.length);
    try (Rows all = start(model, begins.length)) {
      int count;
      for (int done = 0; done < carried.length; done += count) {
        count = Math.min(BLOCK, Math.min(unit - done % unit, carried.length - done));
        if (done % unit == 0) {
          window.close();
          window = start(model, begins.length);
        }
        int[][] inputs = tokens(text, begins, done, count);
        int[][] targets = tokens(text, begins, done + 1, count);
        add(all.score(inputs, targets, 0), carried, done);
        add(window.score(inputs, targets, 0), restarted, done);
      }
    } finally {
      window.close();
    }
  }

  private static Rows start(InferenceModel model, int streams) {
    Rows rows = model.rows();
    rows.add(Stream.generate(model::start).limit(streams).toList());
    return rows;
  }

  /** Some tokens of each stream. */
  private static int[][] tokens(TokenStore text, long[] begins, int done, int count) {
    int[][] rows = new int[begins.length][];
    for (int s = 0; s < begins.length; s++) {
      long[] ids = new long[count];
      text.read(begins[s] + done, ids);
      rows[s] = Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
    }
    return rows;
  }

  /** Adds to the means over the streams. */
  private static void add(List<Scores> scores, double[] means, int at) {
    for (Scores stream : scores) {
      for (int i = 0; i < stream.size(); i++) {
        means[at + i] -= stream.logProbability(i) / scores.size();
      }
    }
  }
}
