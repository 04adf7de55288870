package io.github.gss4j.data;

import io.github.gss4j.tokenizer.ByteTokenizer;
import io.github.gss4j.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A text of bytes as the ids of a tokenizer, its documents joined by the end-of-text token where
 * the tokenizer has one.
 *
 * <p>Text is encoded in pieces of about a million bytes that end with a line between two characters
 * that are no white space, where byte pairs never reach across.
 *
 * @param bytes one token a byte
 * @param tokenizer whose ids are wanted
 */
record TextEncoder(TokenStore bytes, Tokenizer tokenizer) {
  private static final Logger LOG = LoggerFactory.getLogger(TextEncoder.class);
  private static final int PIECE = 1 << 20;
  private static final int AHEAD = 8;

  /** What a text that is cut in the midst of two characters may lose. */
  private static final int OF_CUTS = 4;

  @SuppressWarnings("ArrayRecordComponent") // made once, never compared
  private record Encoded(int[] ids, long replaced) {}

  /** Encodes all, in order whatever the number of threads. */
  void encode(ExecutorService threads, Consumer<int[]> sink) {
    long replaced = 0;
    try (InOrder<Encoded> work = new InOrder<>(threads, AHEAD)) {
      long from = 0;
      for (long end : bytes.documentEnds()) {
        if (from > 0 && tokenizer.endOfText().isPresent()) {
          int[] endOfText = {tokenizer.endOfText().getAsInt()};
          work.add(() -> new Encoded(endOfText, 0));
        }
        while (from < end) {
          byte[] piece = piece(from, end);
          work.add(() -> encode(piece));
          from += piece.length;
          while (work.isFull()) {
            replaced += pass(work.take(), sink);
          }
        }
      }
      while (!work.isEmpty()) {
        replaced += pass(work.take(), sink);
      }
    }
    if (replaced > OF_CUTS) {
      LOG.warn(
          "{} places of the text are not UTF-8 and are read as U+FFFD; the tokenizer 'bytes' takes"
              + " them as they are",
          replaced);
    }
  }

  private static long pass(Encoded encoded, Consumer<int[]> sink) {
    sink.accept(encoded.ids());
    return encoded.replaced();
  }

  private Encoded encode(byte[] piece) {
    if (tokenizer.name().equals(ByteTokenizer.NAME)) { // which would mend what is no UTF-8
      int[] ids = new int[piece.length];
      Arrays.setAll(ids, i -> piece[i] & 0xff);
      return new Encoded(ids, 0);
    }
    String text = new String(piece, StandardCharsets.UTF_8);
    long marks = text.chars().filter(c -> c == '\ufffd').count();
    return new Encoded(tokenizer.encode(text), marks == 0 ? 0 : marks - marksIn(piece));
  }

  /** How often a text holds U+FFFD itself. */
  private static long marksIn(byte[] text) {
    long count = 0;
    for (int i = 2; i < text.length; i++) {
      if (text[i - 2] == (byte) 0xef && text[i - 1] == (byte) 0xbf && text[i] == (byte) 0xbd) {
        count++;
      }
    }
    return count;
  }

  /** The next piece of a document, longer than usual where no line ends. */
  private byte[] piece(long from, long end) {
    for (long size = PIECE; ; size *= 2) {
      byte[] text = read(from, (int) Math.min(Math.min(size, Integer.MAX_VALUE / 8), end - from));
      if (from + text.length == end) {
        return text;
      }
      int cut = cut(text);
      if (cut > 0 || size >= Integer.MAX_VALUE / 8) {
        return cut > 0 ? Arrays.copyOf(text, cut) : text;
      }
    }
  }

  private byte[] read(long from, int count) {
    long[] tokens = new long[count];
    bytes.read(from, tokens);
    byte[] text = new byte[count];
    for (int i = 0; i < count; i++) {
      text[i] = (byte) tokens[i];
    }
    return text;
  }

  /** After the last line that ends between two visible ASCII characters; 0 if there is none. */
  private static int cut(byte[] text) {
    for (int i = text.length - 2; i > 0; i--) {
      if (text[i] == '\n' && isVisible(text[i - 1]) && isVisible(text[i + 1])) {
        return i + 1;
      }
    }
    return 0;
  }

  private static boolean isVisible(byte b) {
    return b > ' ' && b < 127;
  }
}
