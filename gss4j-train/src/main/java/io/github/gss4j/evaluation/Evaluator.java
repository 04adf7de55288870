package io.github.gss4j.evaluation;

import io.github.gss4j.config.Checks;
import io.github.gss4j.data.TokenArray;
import io.github.gss4j.data.TokenStore;
import io.github.gss4j.engine.InferenceModel;
import io.github.gss4j.engine.Rows;
import io.github.gss4j.engine.Scores;
import io.github.gss4j.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;

/**
 * How well a model predicts a text: every token given all before it in its stream, the state
 * carried from block to block, in memory that does not grow with the text.
 *
 * <p>A long text is cut into a few streams that are read side by side; each begins with the last
 * token of the one before, so every token of the text but the first is predicted exactly once.
 */
public final class Evaluator {
  /** Of a text that can be evaluated: the first is not predicted. */
  public static final int FEWEST_TOKENS = 2;

  private static final int STREAMS = 16;
  private static final int BLOCK = 512;
  private static final int NONE = -1;

  private final InferenceModel model;
  private final byte[][] bytesOf;

  /**
   * An evaluator of a model.
   *
   * @param tokenizer the model's own, to count bytes; null where only losses are wanted
   */
  public Evaluator(InferenceModel model, Tokenizer tokenizer) {
    this.model = model;
    this.bytesOf =
        tokenizer == null
            ? null
            : IntStream.range(0, model.config().numTokens())
                .mapToObj(id -> bytes(tokenizer, id))
                .toArray(byte[][]::new);
  }

  /** The end of a document is no byte of the text. */
  private static byte[] bytes(Tokenizer tokenizer, int id) {
    OptionalInt end = tokenizer.endOfText();
    return end.isPresent() && end.getAsInt() == id ? new byte[0] : tokenizer.decode(id);
  }

  /**
   * The result of an evaluation.
   *
   * @param loss mean negative log-likelihood in nats per token; NaN where there are none
   * @param tokens how many tokens were predicted
   * @param bytes how many bytes of text they are; 0 where that is not known
   */
  public record Result(double loss, long tokens, long bytes) {
    private static final Result NONE = new Result(Double.NaN, 0, 0);

    Result plus(Result more) {
      if (tokens == 0 || more.tokens == 0) {
        return tokens == 0 ? more : this;
      }
      long all = tokens + more.tokens;
      return new Result((loss * tokens + more.loss * more.tokens) / all, all, bytes + more.bytes);
    }

    /** Bits per byte of text; NaN where bytes are not known. */
    public double bitsPerByte() {
      return bytes == 0 ? Double.NaN : loss * tokens / (Math.log(2) * bytes);
    }

    /** e^loss. */
    public double perplexity() {
      return Math.exp(loss);
    }
  }

  /** Some tokens in a row: {@code predicted} of them after the first. */
  private record Span(long from, long predicted) {}

  /**
   * Evaluates a whole text.
   *
   * @param progress is told the share done, 0 to 1
   */
  public Result whole(TokenStore text, DoubleConsumer progress) {
    long all = predicted(text);
    long streams = Math.max(1, Math.min(STREAMS, all / BLOCK));
    return evaluate(text, spans(all, (all + streams - 1) / streams), progress);
  }

  /**
   * Evaluates a whole text, what repeats something from long ago and the rest apart.
   *
   * <p>A stream knows only what was read in it: far repeats are those that its model has read.
   *
   * @param progress is told the share done, 0 to 1
   * @throws IllegalStateException without a tokenizer, as bytes are compared
   */
  public SplitLoss farRepeats(TokenStore text, DoubleConsumer progress) {
    if (bytesOf == null) {
      throw new IllegalStateException("far repeats are found in bytes: give a tokenizer");
    }
    long all = predicted(text);
    long streams = Math.max(1, Math.min(STREAMS, all / BLOCK));
    return split(text, spans(all, (all + streams - 1) / streams), true, progress);
  }

  /** How many tokens of a text are predicted: all but the first. */
  private static long predicted(TokenStore text) {
    Checks.that(
        text.size() >= FEWEST_TOKENS,
        "the held-out text",
        text.size() + " tokens long",
        "at least " + FEWEST_TOKENS);
    return text.size() - 1;
  }

  /** A text in pieces of that length, or of the most that the model reads from one state. */
  private List<Span> spans(long all, long wanted) {
    long each = Math.min(wanted, model.config().maxSeqLen().orElse(Integer.MAX_VALUE));
    List<Span> spans = new ArrayList<>();
    for (long from = 0; from < all; from += each) {
      spans.add(new Span(from, Math.min(each, all - from)));
    }
    return spans;
  }

  /**
   * Evaluates a whole text in windows, each from the zero state, as in most training.
   *
   * @param length tokens predicted in each, but the last
   */
  public Result windows(TokenStore text, int length, DoubleConsumer progress) {
    Checks.that(length >= 1, "windows", length, "at least 1 token");
    return evaluate(text, spans(predicted(text), length), progress);
  }

  /**
   * Evaluates a fixed, seeded slice of a text: streams spread evenly over it.
   *
   * @param tokens about how many to predict
   */
  public Result quick(TokenStore text, long tokens, long seed) {
    if (tokens >= text.size() - 1) {
      return whole(text, share -> {});
    }
    long streams = Math.max(1, Math.min(STREAMS, tokens / BLOCK));
    long each = Math.min(tokens / streams, model.config().maxSeqLen().orElse(Integer.MAX_VALUE));
    long slack = (text.size() - 1) / streams - each;
    SplittableRandom random = new SplittableRandom(seed);
    List<Span> spans = new ArrayList<>();
    for (long i = 0; i < streams; i++) {
      long shift = slack <= 0 ? 0 : random.nextLong(slack + 1);
      spans.add(new Span(i * (each + slack) + shift, each));
    }
    return evaluate(text, spans, share -> {});
  }

  /**
   * Evaluates sequences of ids, each from the zero state.
   *
   * @param sequences at least 2 tokens each, of any lengths
   */
  public Result sequences(List<long[]> sequences) {
    Result sum = Result.NONE;
    for (long[] ids : sequences) {
      Checks.that(ids.length >= 2, "a sequence", ids.length + " tokens long", "at least 2");
      sum =
          sum.plus(
              evaluate(new TokenArray(ids), List.of(new Span(0, ids.length - 1L)), share -> {}));
    }
    return sum;
  }

  private Result evaluate(TokenStore text, List<Span> spans, DoubleConsumer progress) {
    return split(text, spans, false, progress).rest();
  }

  private SplitLoss split(
      TokenStore text, List<Span> spans, boolean farRepeats, DoubleConsumer progress) {
    SplitLoss sum = new SplitLoss(Result.NONE, Result.NONE);
    for (int from = 0; from < spans.size(); from += STREAMS) {
      int to = Math.min(spans.size(), from + STREAMS);
      double before = (double) from / spans.size();
      double part = (double) (to - from) / spans.size();
      sum =
          sum.plus(
              sideBySide(
                  text,
                  spans.subList(from, to),
                  farRepeats,
                  share -> progress.accept(before + part * share)));
    }
    return sum;
  }

  private SplitLoss sideBySide(
      TokenStore text, List<Span> spans, boolean farRepeats, DoubleConsumer progress) {
    long longest = spans.stream().mapToLong(Span::predicted).max().orElseThrow();
    Tally far = new Tally();
    Tally rest = new Tally();
    List<FarRepeats> repeats =
        farRepeats ? spans.stream().map(span -> new FarRepeats()).toList() : List.of();
    try (Rows rows = model.rows()) {
      rows.add(spans.stream().map(span -> model.start()).toList());
      for (long done = 0; done < longest; done += BLOCK) {
        int length = (int) Math.min(BLOCK, longest - done);
        int[][] inputs = new int[spans.size()][length];
        int[][] targets = new int[spans.size()][length];
        fill(text, spans, done, inputs, targets);
        List<Scores> scores = rows.score(inputs, targets, 0);
        for (int row = 0; row < spans.size(); row++) {
          int count = count(spans.get(row), done, length);
          long[] bytes = bytes(text, spans.get(row).from() + done, targets[row], count);
          if (farRepeats && done == 0) {
            repeats.get(row).read(bytesOf[inputs[row][0]]);
          }
          for (int i = 0; i < count; i++) {
            boolean repeat = farRepeats && repeats.get(row).read(bytesOf[targets[row][i]]);
            (repeat ? far : rest).add(scores.get(row).logProbability(i), bytes[i]);
          }
        }
        progress.accept((double) Math.min(done + BLOCK, longest) / longest);
      }
    }
    return new SplitLoss(far.result(), rest.result());
  }

  /** Sums over tokens. */
  private static final class Tally {
    private double nats;
    private long tokens;
    private long bytes;

    void add(double logProbability, long ofBytes) {
      nats -= logProbability;
      tokens++;
      bytes += ofBytes;
    }

    Result result() {
      return tokens == 0 ? Result.NONE : new Result(nats / tokens, tokens, bytes);
    }
  }

  /** How many tokens of a block are within a stream. */
  private static int count(Span span, long done, int length) {
    return (int) Math.max(0, Math.min(length, span.predicted() - done));
  }

  /** Fills one block of all streams; what is beyond a stream's end is not predicted. */
  private void fill(TokenStore text, List<Span> spans, long done, int[][] inputs, int[][] targets) {
    for (int row = 0; row < spans.size(); row++) {
      Arrays.fill(targets[row], NONE);
      Span span = spans.get(row);
      int count = count(span, done, inputs[row].length);
      if (count > 0) {
        long[] tokens = new long[count + 1];
        text.read(span.from() + done, tokens);
        for (int i = 0; i < count; i++) {
          inputs[row][i] = checked(tokens[i]);
          targets[row][i] = checked(tokens[i + 1]);
        }
      }
    }
  }

  /**
   * How many bytes of text each target is: the text's own where they were noted, else those that
   * the token decodes to; 0 where neither is known.
   */
  private long[] bytes(TokenStore text, long offset, int[] targets, int count) {
    Optional<TokenStore> counts = text.byteCounts();
    if (bytesOf != null && count > 0 && counts.isPresent()) {
      long[] bytes = new long[count + 1];
      counts.get().read(offset, bytes);
      return Arrays.copyOfRange(bytes, 1, count + 1);
    }
    long[] bytes = new long[count];
    Arrays.setAll(bytes, i -> bytesOf == null ? 0 : bytesOf[targets[i]].length);
    return bytes;
  }

  private int checked(long id) {
    int size = model.config().numTokens();
    if (id < 0 || id >= size) {
      throw new IllegalArgumentException(
          "token id " + id + " is out of range, expected 0 to " + (size - 1));
    }
    return (int) id;
  }
}
