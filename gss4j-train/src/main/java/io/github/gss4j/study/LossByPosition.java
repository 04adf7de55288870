package io.github.gss4j.study;

import io.github.gss4j.data.TokenStore;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.model.ModelState;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How well tokens are foretold by how many tokens were read before them, the state carried all the
 * way: whether more context helps.
 *
 * @param from the first position of a stretch, from 0
 * @param to the position after its last
 * @param loss mean over its tokens and over the streams, in nats
 */
public record LossByPosition(long from, long to, double loss) {
  private static final int BLOCK = 512;
  private static final int MOST_STREAMS = 8;
  private static final long IGNORED = -100;

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
  public static List<LossByPosition> of(
      LanguageModel model, TokenStore text, int unit, int times, long tokens) {
    long most = model.config().maxSeqLen().orElse(Integer.MAX_VALUE);
    long length = Math.min((long) unit * times, Math.min(most, text.size() - 1));
    if (length < 4) {
      throw new IllegalArgumentException(
          "a stream has " + length + " tokens, expected at least 4: the text is too short");
    }
    long room = text.size() - 1 - length;
    int streams = (int) Math.max(1, Math.min(MOST_STREAMS, tokens / length));
    if (room < streams) {
      streams = 1;
    }
    double[] sums = sums(model, text, length, room, streams);
    List<LossByPosition> stretches = new ArrayList<>();
    long from = 0;
    for (long to = Math.max(1, unit / 4); from < length; to = Math.max(to + 1, 2 * to)) {
      long end = Math.min(to, length);
      double sum = 0;
      for (long i = from; i < end; i++) {
        sum += sums[(int) i];
      }
      stretches.add(new LossByPosition(from, end, sum / ((end - from) * streams)));
      from = end;
    }
    return stretches;
  }

  /** The losses at each position, summed over the streams. */
  private static double[] sums(
      LanguageModel model, TokenStore text, long length, long room, int streams) {
    double[] sums = new double[Math.toIntExact(length)];
    try (PointerScope outer = new PointerScope()) {
      LanguageModel.Constants constants = model.constants();
      ModelState state = model.initialState(streams).keep();
      try {
        for (int done = 0; done < length; done += BLOCK) {
          int count = (int) Math.min(BLOCK, length - done);
          try (PointerScope scope = new PointerScope()) {
            long[][] rows = new long[streams][count + 1];
            for (int s = 0; s < streams; s++) {
              text.read((streams == 1 ? 0 : room * s / (streams - 1)) + done, rows[s]);
            }
            LanguageModel.Reading reading = model.read(ids(model, rows, 0), state, constants);
            for (int s = 0; s < streams; s++) {
              double[] losses = losses(model, reading.hidden().select(0, s), rows[s]);
              for (int i = 0; i < count; i++) {
                sums[done + i] += losses[i];
              }
            }
            state.release();
            state = reading.state().keep();
          }
        }
      } finally {
        state.release();
      }
    }
    return sums;
  }

  private static Tensor ids(LanguageModel model, long[][] rows, int from) {
    int count = rows[0].length - 1;
    long[] flat =
        Arrays.stream(rows).flatMapToLong(row -> Arrays.stream(row, from, from + count)).toArray();
    return Tensors.of(flat, rows.length, count).to(model.device(), ScalarType.Long);
  }

  /** −log of the likelihood of each token of a row but its first. */
  private static double[] losses(LanguageModel model, Tensor hidden, long[] row) {
    return Tensors.toDoubles(
        Scopes.withoutGradient(
            () ->
                torch.cross_entropy_loss(
                    model.head(hidden),
                    ids(model, new long[][] {row}, 1).flatten(),
                    new TensorOptional(),
                    torch.Reduction.None.value,
                    IGNORED,
                    0.0)));
  }
}
