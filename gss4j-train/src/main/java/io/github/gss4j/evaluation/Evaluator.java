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
  private final int[] bytesOf;

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
                .map(id -> bytes(tokenizer, id))
                .toArray();
  }

  /** The end of a document is no byte of the text. */
  private static int bytes(Tokenizer tokenizer, int id) {
    OptionalInt end = tokenizer.endOfText();
    return end.isPresent() && end.getAsInt() == id ? 0 : tokenizer.decode(id).length;
  }

  /**
   * The result of an evaluation.
   *
   * @param loss mean negative log-likelihood in nats per token
   * @param tokens how many tokens were predicted
   * @param bytes how many bytes of text they are; 0 where that is not known
   */
  public record Result(double loss, long tokens, long bytes) {
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
    double sum = 0;
    long tokens = 0;
    long bytes = 0;
    for (long[] ids : sequences) {
      Checks.that(ids.length >= 2, "a sequence", ids.length + " tokens long", "at least 2");
      Result one =
          evaluate(new TokenArray(ids), List.of(new Span(0, ids.length - 1L)), share -> {});
      sum += one.loss() * one.tokens();
      tokens += one.tokens();
      bytes += one.bytes();
    }
    return new Result(sum / tokens, tokens, bytes);
  }

  private Result evaluate(TokenStore text, List<Span> spans, DoubleConsumer progress) {
    double nats = 0;
    long tokens = 0;
    long bytes = 0;
    for (int from = 0; from < spans.size(); from += STREAMS) {
      int to = Math.min(spans.size(), from + STREAMS);
      double before = (double) from / spans.size();
      double part = (double) (to - from) / spans.size();
      Result result =
          sideBySide(
              text, spans.subList(from, to), share -> progress.accept(before + part * share));
      nats += result.loss() * result.tokens();
      tokens += result.tokens();
      bytes += result.bytes();
    }
    return new Result(nats / tokens, tokens, bytes);
  }

  private Result sideBySide(TokenStore text, List<Span> spans, DoubleConsumer progress) {
    long longest = spans.stream().mapToLong(Span::predicted).max().orElseThrow();
    long total = spans.stream().mapToLong(Span::predicted).sum();
    double nats = 0;
    long bytes = 0;
    try (Rows rows = model.rows()) {
      rows.add(spans.stream().map(span -> model.start()).toList());
      for (long done = 0; done < longest; done += BLOCK) {
        int length = (int) Math.min(BLOCK, longest - done);
        int[][] inputs = new int[spans.size()][length];
        int[][] targets = new int[spans.size()][length];
        bytes += fill(text, spans, done, inputs, targets);
        nats += nats(rows.score(inputs, targets, 0), targets);
        progress.accept((double) Math.min(done + BLOCK, longest) / longest);
      }
    }
    return new Result(nats / total, total, bytes);
  }

  /** Fills one block of all streams; what is beyond a stream's end is not predicted. */
  private long fill(TokenStore text, List<Span> spans, long done, int[][] inputs, int[][] targets) {
    long bytes = 0;
    for (int row = 0; row < spans.size(); row++) {
      Arrays.fill(targets[row], NONE);
      Span span = spans.get(row);
      int count = (int) Math.max(0, Math.min(inputs[row].length, span.predicted() - done));
      if (count > 0) {
        long[] tokens = new long[count + 1];
        text.read(span.from() + done, tokens);
        for (int i = 0; i < count; i++) {
          inputs[row][i] = checked(tokens[i]);
          targets[row][i] = checked(tokens[i + 1]);
        }
        bytes += bytesOf == null ? 0 : bytes(text, span.from() + done, tokens);
      }
    }
    return bytes;
  }

  private static double nats(List<Scores> scores, int[][] targets) {
    double nats = 0;
    for (int row = 0; row < targets.length; row++) {
      for (int i = 0; i < targets[row].length; i++) {
        nats -= targets[row][i] == NONE ? 0 : scores.get(row).logProbability(i);
      }
    }
    return nats;
  }

  /**
   * How many bytes of text the tokens after the first are: the text's own where they were noted,
   * else those that the tokens decode to.
   */
  private long bytes(TokenStore text, long offset, long[] tokens) {
    Optional<TokenStore> counts = text.byteCounts();
    if (counts.isPresent()) {
      long[] bytes = new long[tokens.length];
      counts.get().read(offset, bytes);
      return Arrays.stream(bytes).skip(1).sum();
    }
    return Arrays.stream(tokens).skip(1).map(id -> bytesOf[(int) id]).sum();
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
