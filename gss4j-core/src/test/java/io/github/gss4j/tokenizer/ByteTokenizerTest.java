package io.github.gss4j.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ByteTokenizerTest {
  private static final ByteTokenizer BYTES = new ByteTokenizer();

  @Property(tries = 500)
  void everyTextComesBackLoneSurrogatesAsReplacement(@ForAll String text) {
    assertThat(BYTES.decode(BYTES.encode(text))).isEqualTo(WellFormed.of(text));
  }

  @Test
  void idsAreTheBytesOfUtf8() {
    assertThat(BYTES.encode("aé\u0000😀"))
        .containsExactly(97, 0xc3, 0xa9, 0, 0xf0, 0x9f, 0x98, 0x80);
    assertThat(BYTES.encode("\ud83d")).containsExactly(0xef, 0xbf, 0xbd);
  }

  @Test
  void anIdWithoutATokenHasNoText() {
    assertThat(BYTES.isToken(255)).isTrue();
    assertThat(BYTES.isToken(256)).isFalse();
    assertThat(BYTES.decode(256)).isEmpty();
    assertThat(BYTES.decode(new int[] {97, 300, 98})).isEqualTo("ab");
    assertThatThrownBy(() -> BYTES.decode(-1)).hasMessageContaining("-1, expected 0 or more");
  }
}
