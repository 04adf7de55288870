package io.github.gss4j.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Turns bytes that come piece by piece into text, each character as soon as it is whole.
 *
 * <p>All pieces joined are {@code new String(all, UTF_8)}: bytes that are not UTF-8 become U+FFFD.
 * No piece ends in half a surrogate pair. For one stream; not thread-safe.
 */
public final class StreamDecoder {
  private static final int MAX_CHARACTER_BYTES = 4;

  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private ByteBuffer kept = ByteBuffer.allocate(MAX_CHARACTER_BYTES).limit(0);

  /** Takes the next bytes and gives the text that they complete, often none. */
  public String accept(byte[] bytes) {
    ByteBuffer input = ByteBuffer.allocate(kept.remaining() + bytes.length);
    input.put(kept).put(bytes).flip();
    CharBuffer text = CharBuffer.allocate(input.remaining());
    decoder.decode(input, text, false);
    kept = input;
    return text.flip().toString();
  }

  /** Ends the stream: what is kept back becomes U+FFFD. The decoder is then as new. */
  public String finish() {
    CharBuffer text = CharBuffer.allocate(MAX_CHARACTER_BYTES);
    decoder.decode(kept, text, true);
    decoder.flush(text);
    decoder.reset();
    return text.flip().toString();
  }
}
