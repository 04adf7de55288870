package io.github.gss4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class Utf8CheckTest {
  private static boolean isText(byte[] bytes, int pieceSize) {
    Utf8Check check = new Utf8Check();
    for (int at = 0; at < bytes.length; at += pieceSize) {
      byte[] piece = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + pieceSize));
      if (!check.accept(piece, piece.length)) {
        return false;
      }
    }
    return check.ends();
  }

  private static boolean decodes(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  @Property(tries = 500)
  void textIsTextHoweverItIsCut(
      @ForAll String text, @ForAll @IntRange(min = 1, max = 7) int piece) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    assertThat(isText(bytes, piece)).isEqualTo(text.indexOf('\0') < 0);
  }

  @Property(tries = 500)
  void bytesAreJudgedAsTheDecoderDoes(
      @ForAll @Size(max = 6) byte[] bytes, @ForAll @IntRange(min = 1, max = 7) int piece) {
    boolean nul = false;
    for (byte b : bytes) {
      nul |= b == 0;
    }
    assertThat(isText(bytes, piece)).isEqualTo(!nul && decodes(bytes));
  }

  @Test
  void textThatEndsWithinACharacterIsNoText() {
    byte[] euro = "€".getBytes(StandardCharsets.UTF_8);
    assertThat(isText(euro, 1)).isTrue();
    assertThat(isText(Arrays.copyOf(euro, 2), 1)).isFalse();
  }

  @Test
  void longTextIsDecodedInPieces() {
    byte[] bytes = "ü".repeat(100_000).getBytes(StandardCharsets.UTF_8);
    assertThat(isText(bytes, 65_537)).isTrue();
    bytes[199_998] = 'a';
    assertThat(isText(bytes, 65_537)).isFalse();
  }
}
