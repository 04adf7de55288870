package io.github.gss4j.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class Gpt2TokenizerTest {
  private static final Gpt2Tokenizer GPT2 = new Gpt2Tokenizer();

  @Test
  void idsOfAwkwardTextAreTiktokens() {
    JsonNode golden = Golden.read("gpt2.ids.json");
    Map<String, String> texts = Golden.texts();
    assertThat(golden.size()).isEqualTo(texts.size()).isGreaterThan(40);
    texts.forEach(
        (name, text) ->
            assertThat(GPT2.encode(text)).as(name).containsExactly(Golden.ids(golden.get(name))));
  }

  @Property(tries = 500)
  void everyTextComesBackLoneSurrogatesAsReplacement(@ForAll String text) {
    assertThat(GPT2.decode(GPT2.encode(text))).isEqualTo(WellFormed.of(text));
  }

  @Test
  void specialTokenSpelledInTextStaysText() {
    String text = "one<|endoftext|>two";
    assertThat(GPT2.encode(text)).doesNotContain(50256);
    assertThat(GPT2.decode(GPT2.encode(text))).isEqualTo(text);
  }

  @Test
  void specialTokenIsEncodedWhereAskedFor() {
    assertThat(GPT2.endOfText()).hasValue(50256);
    assertThat(GPT2.encodeWithSpecial("<|endoftext|>one<|endoftext|><|endoftext|>"))
        .containsExactly(50256, 505, 50256, 50256);
    assertThat(GPT2.decode(new int[] {505, 50256})).isEqualTo("one<|endoftext|>");
  }

  @Test
  void everyIdHasBytesOfItsOwn() {
    assertThat(GPT2.size()).isEqualTo(50257);
    java.util.Set<java.nio.ByteBuffer> seen = new java.util.HashSet<>();
    for (int id = 0; id < GPT2.size(); id++) {
      assertThat(seen.add(java.nio.ByteBuffer.wrap(GPT2.decode(id)))).as("id %d", id).isTrue();
    }
  }

  @Test
  void halfCharactersJoinInTheStreamDecoder() {
    String text = "道 👩‍🚀";
    StreamDecoder decoder = new StreamDecoder();
    StringBuilder streamed = new StringBuilder();
    int[] ids = GPT2.encode(text);
    for (int id : ids) {
      streamed.append(decoder.accept(GPT2.decode(id)));
    }
    assertThat(ids.length).isGreaterThan(text.codePointCount(0, text.length()));
    assertThat(streamed.append(decoder.finish()).toString()).isEqualTo(text);
  }

  @Test
  void anIdWithoutATokenHasNoText() {
    assertThat(GPT2.isToken(50256)).isTrue();
    assertThat(GPT2.isToken(50257)).isFalse();
    assertThat(GPT2.decode(50303)).isEmpty();
    assertThatThrownBy(() -> GPT2.decode(-1)).hasMessageContaining("-1, expected");
  }
}
