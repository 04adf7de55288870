package io.github.gss4j.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Encodes a text of any length window by window, in memory that does not grow with it: the ids are
 * those of the whole text. Each {@link TextWindow} overlaps the next, and the tokens of the one are
 * followed by those of the other where both have the same ({@link SplicePoint}), whatever the
 * language and the tokenizer are. Where the two never agree (in a word without end, say) the text
 * is cut, and the cut is counted. Not thread-safe.
 */
public final class PiecewiseEncoder {
  /** How many other beginnings of a window are tried before a text is cut. */
  private static final int TRIES = 4;

  private final Tokenizer tokenizer;
  private final Sink sink;
  private TextWindow window;
  private LocatedTokens tokens;

  /** How many tokens of the window are passed on, or were of the window before. */
  private int passed;

  /** All text of the window before this has been counted. */
  private int counted;

  /** Bytes of text that had no token so far. */
  private long pending;

  private boolean ending;
  private long cuts;

  /** Takes what has been encoded. */
  @FunctionalInterface
  public interface Sink {
    /**
     * The next tokens.
     *
     * @param ids of the tokens
     * @param bytes of the text that each stands for; what a tokenizer leaves out counts to the
     *     token after it, at the end of a text to the one before
     */
    void accept(int[] ids, int[] bytes);
  }

  /** Begins a text. */
  public PiecewiseEncoder(Tokenizer tokenizer, Sink sink) {
    this.tokenizer = tokenizer;
    this.sink = sink;
  }

  /**
   * The result for a text.
   *
   * @param ids all of them
   * @param bytes of the text that each stands for
   * @param cuts how often it had to be cut
   */
  @SuppressWarnings("ArrayRecordComponent") // made once, never compared
  public record Encoded(int[] ids, int[] bytes, long cuts) {}

  /** Encodes a text that is in memory. */
  public static Encoded encode(Tokenizer tokenizer, String text) {
    List<int[]> ids = new ArrayList<>();
    List<int[]> bytes = new ArrayList<>();
    PiecewiseEncoder encoder =
        new PiecewiseEncoder(
            tokenizer,
            (some, theirs) -> {
              ids.add(some);
              bytes.add(theirs);
            });
    TextWindow.of(text).forEach(encoder::add);
    encoder.end();
    return new Encoded(joined(ids), joined(bytes), encoder.cuts());
  }

  private static int[] joined(List<int[]> parts) {
    int[] all = new int[parts.stream().mapToInt(part -> part.length).sum()];
    int at = 0;
    for (int[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  /** Takes the next window. */
  public void add(TextWindow next) {
    add(next, tokenizer.locate(next.text()));
  }

  /**
   * Takes the next window.
   *
   * @param located its tokens, which any thread may have made
   */
  public void add(TextWindow next, LocatedTokens located) {
    if (window == null) {
      begin(next, located, 0, 0);
      return;
    }
    int from = window.next();
    Optional<SplicePoint> seam = SplicePoint.find(tokens, located, from, window.text().length());
    if (seam.isPresent()) {
      join(next, located, seam.get());
    } else if (!joinFromElsewhere(next)) {
      cut(next);
    }
  }

  private void begin(TextWindow next, LocatedTokens located, int skipped, int position) {
    window = next;
    tokens = located;
    passed = skipped;
    counted = position;
  }

  private void join(TextWindow next, LocatedTokens located, SplicePoint seam) {
    pass(seam.left(), seam.at());
    begin(next, located, seam.right(), seam.at() - window.next());
  }

  /** Begins the next window where a token of this one ends. */
  private boolean joinFromElsewhere(TextWindow next) {
    int overlap = window.text().length() - window.next();
    for (int i = 0; i < TRIES; i++) {
      int wanted = window.next() + i * overlap / (2 * TRIES);
      int first = firstThatBegins(wanted);
      if (first == tokens.count()) {
        return false;
      }
      int skipped = tokens.starts()[first] - window.next();
      LocatedTokens located = shifted(tokenizer.locate(next.text().substring(skipped)), skipped);
      Optional<SplicePoint> seam =
          SplicePoint.find(tokens, located, window.next(), window.text().length());
      if (seam.isPresent()) {
        join(next, located, seam.get());
        return true;
      }
    }
    return false;
  }

  /** The first token from a place on that begins where those before it have ended. */
  private int firstThatBegins(int from) {
    int i = 0;
    while (i < tokens.count()
        && (tokens.starts()[i] < from || tokens.endBefore(i) > tokens.starts()[i])) {
      i++;
    }
    return i;
  }

  private static LocatedTokens shifted(LocatedTokens tokens, int by) {
    return new LocatedTokens(
        tokens.ids(),
        Arrays.stream(tokens.starts()).map(start -> start + by).toArray(),
        Arrays.stream(tokens.ends()).map(end -> end + by).toArray());
  }

  /** Ends this window and begins the next in the middle of what both have. */
  private void cut(TextWindow next) {
    cuts++;
    String text = window.text();
    int middle = (window.next() + text.length()) >>> 1;
    int first = firstThatBegins(middle);
    int at = first == tokens.count() ? whole(text, middle) : tokens.starts()[first];
    if (first == tokens.count()) { // all from the middle on is one token
      String head = text.substring(counted, at);
      tokens = shifted(tokenizer.locate(head), counted);
      passed = 0;
      first = tokens.count();
    }
    pass(first, at);
    int skipped = at - window.next();
    LocatedTokens rest = tokenizer.locate(next.text().substring(skipped));
    begin(next, shifted(rest, skipped), 0, skipped);
  }

  private static int whole(String text, int at) {
    return Character.isLowSurrogate(text.charAt(at)) ? at - 1 : at;
  }

  /** Ends the text. */
  public void end() {
    if (window != null) {
      ending = true;
      pass(tokens.count(), window.text().length());
      ending = false;
      window = null;
    }
  }

  /**
   * Passes tokens on.
   *
   * @param to how many of the window then are
   * @param at where the text that they stand for ends
   */
  private void pass(int to, int at) {
    int[] bytes = new int[Math.max(0, to - passed)];
    for (int i = passed; i < to; i++) {
      int end = Math.max(counted, Math.min(at, tokens.ends()[i]));
      pending += window.bytes(counted, end);
      counted = end;
      bytes[i - passed] = (int) pending;
      pending = 0;
    }
    pending += window.bytes(counted, at);
    counted = at;
    if (to > passed) {
      if (ending) {
        bytes[bytes.length - 1] += (int) pending;
        pending = 0;
      }
      sink.accept(Arrays.copyOfRange(tokens.ids(), passed, to), bytes);
    }
    passed = to;
  }

  /** How often the text had to be cut where its tokens may not be those of the whole. */
  public long cuts() {
    return cuts;
  }
}
