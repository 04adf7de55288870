package io.github.gss4j.data;

import io.github.gss4j.tokenizer.ByteTokenizer;
import io.github.gss4j.tokenizer.LocatedTokens;
import io.github.gss4j.tokenizer.PiecewiseEncoder;
import io.github.gss4j.tokenizer.TextWindow;
import io.github.gss4j.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A text of bytes as the ids of a tokenizer, its documents joined by the end-of-text token where
 * the tokenizer has one. Takes the same memory for a line without end as for many lines: see {@link
 * PiecewiseEncoder}.
 */
final class TextEncoder {
  private static final Logger LOG = LoggerFactory.getLogger(TextEncoder.class);
  private static final int AHEAD = 8;

  private final TokenStore bytes;
  private final Tokenizer tokenizer;
  private final PiecewiseEncoder.Sink sink;
  private final PiecewiseEncoder encoder;
  private long replaced;

  /**
   * Begins a text.
   *
   * @param bytes one token a byte
   * @param tokenizer whose ids are wanted
   * @param sink takes them in order
   */
  TextEncoder(TokenStore bytes, Tokenizer tokenizer, PiecewiseEncoder.Sink sink) {
    this.bytes = bytes;
    this.tokenizer = tokenizer;
    this.sink = sink;
    this.encoder = new PiecewiseEncoder(tokenizer, sink);
  }

  /** What a thread makes of a piece, to be passed on in order. */
  @FunctionalInterface
  private interface Made {
    void pass();
  }

  /**
   * Encodes all, the same whatever the number of threads.
   *
   * @return how often the text had to be cut where its ids may not be those of the whole
   */
  long encode(ExecutorService threads) {
    try (OrderedExecutor<Made> work = new OrderedExecutor<>(threads, AHEAD)) {
      long from = 0;
      for (long end : bytes.documentEnds()) {
        boolean first = from == 0;
        ByteWindows windows = new ByteWindows(bytes, end);
        if (!first) {
          work.add(() -> this::endDocument);
        }
        while (from < end) {
          ByteWindows.Piece piece = windows.at(from);
          work.add(() -> made(piece));
          from += piece.next();
          while (work.isFull()) {
            work.take().pass();
          }
        }
      }
      while (!work.isEmpty()) {
        work.take().pass();
      }
    }
    encoder.end();
    sayWhatWasChanged();
    return encoder.cuts();
  }

  /** How many places of the text were no UTF-8. */
  long replaced() {
    return replaced;
  }

  private void endDocument() {
    encoder.end();
    tokenizer.endOfText().ifPresent(id -> sink.accept(new int[] {id}, new int[] {0}));
  }

  private Made made(ByteWindows.Piece piece) {
    if (tokenizer.name().equals(ByteTokenizer.NAME)) { // which would mend what is not UTF-8
      int[] ids = new int[piece.next()];
      Arrays.setAll(ids, i -> piece.raw()[i] & 0xff);
      int[] ones = new int[ids.length];
      Arrays.fill(ones, 1);
      return () -> sink.accept(ids, ones);
    }
    ByteWindows.Decoded decoded = piece.decoded();
    TextWindow window = decoded.window();
    LocatedTokens located = tokenizer.locate(window.text());
    return () -> {
      replaced += decoded.replaced();
      encoder.add(window, located);
    };
  }

  private void sayWhatWasChanged() {
    if (replaced > 0) {
      LOG.warn(
          "{} places of the text are not UTF-8 and are read as U+FFFD (a character that the"
              + " held-out text begins in the middle of is one, too); the tokenizer 'bytes' takes"
              + " them as they are",
          replaced);
    }
    if (encoder.cuts() > 0) {
      LOG.warn(
          "{} places of the text are cut, as they have no end within 64 kB that the tokenizer would"
              + " cut at: tokens there may differ from those of the whole text",
          encoder.cuts());
    }
  }
}
