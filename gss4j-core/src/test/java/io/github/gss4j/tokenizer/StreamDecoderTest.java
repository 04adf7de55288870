package io.github.gss4j.tokenizer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class StreamDecoderTest {
  @Property(tries = 3000)
  void anySplitOfAnyBytesDecodesAsTheWhole(@ForAll("pieces") List<byte[]> pieces) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    StringBuilder text = new StringBuilder();
    StreamDecoder decoder = new StreamDecoder();
    for (byte[] piece : pieces) {
      all.writeBytes(piece);
      String part = decoder.accept(piece);
      assertThat(part.isEmpty() || !Character.isHighSurrogate(part.charAt(part.length() - 1)))
          .isTrue();
      text.append(part);
    }
    text.append(decoder.finish());
    assertThat(text.toString()).isEqualTo(all.toString(UTF_8));
  }

  /** Bytes that UTF-8 is made of, and those that it never has, in pieces of 0 to 6. */
  @Provide
  Arbitrary<List<byte[]>> pieces() {
    Arbitrary<Byte> edges =
        Arbitraries.of(
                0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0,
                0xe1, 0xed, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8, 0xff)
            .map(Integer::byteValue);
    Arbitrary<byte[]> loose =
        Arbitraries.oneOf(edges, Arbitraries.bytes()).array(byte[].class).ofMaxSize(6);
    Arbitrary<byte[]> halves =
        Arbitraries.of("é", "語", "😀", "\u0000", "\ufffd", "\udbff\udfff")
            .flatMap(
                c ->
                    Arbitraries.integers()
                        .between(0, c.getBytes(UTF_8).length)
                        .map(n -> Arrays.copyOf(c.getBytes(UTF_8), n)));
    return Arbitraries.oneOf(loose, halves).list().ofMaxSize(12);
  }

  @Property(tries = 500)
  void wholeCharactersComeAtOnce(@ForAll("texts") String text) {
    StreamDecoder decoder = new StreamDecoder();
    for (int point : text.codePoints().toArray()) {
      byte[] bytes = Character.toString(point).getBytes(UTF_8);
      for (int i = 0; i < bytes.length - 1; i++) {
        assertThat(decoder.accept(new byte[] {bytes[i]})).isEmpty();
      }
      assertThat(decoder.accept(new byte[] {bytes[bytes.length - 1]}))
          .isEqualTo(Character.toString(point));
    }
    assertThat(decoder.finish()).isEmpty();
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.of("a", "é", "語", "😀", "\u0000", "\uffff")
        .list()
        .ofMaxSize(9)
        .map(parts -> String.join("", parts));
  }

  @Test
  void halfAtTheEndBecomesReplacementAndTheDecoderIsAsNew() {
    StreamDecoder decoder = new StreamDecoder();
    assertThat(decoder.accept(new byte[] {'a', (byte) 0xf0, (byte) 0x9f})).isEqualTo("a");
    assertThat(decoder.finish()).isEqualTo("\ufffd");
    assertThat(decoder.accept("😀".getBytes(UTF_8))).isEqualTo("😀");
    assertThat(decoder.finish()).isEmpty();
  }
}
