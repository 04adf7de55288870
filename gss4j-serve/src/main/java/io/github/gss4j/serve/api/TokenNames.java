package io.github.gss4j.serve.api;

import io.github.gss4j.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Tokens as responses name them: by their text, and by {@code bytes:\xf0\x9f} where that is not
 * whole characters, so that different tokens have different names.
 */
public final class TokenNames {
  private final Optional<Tokenizer> tokenizer;

  /** Names of a model's tokens. */
  public TokenNames(Optional<Tokenizer> tokenizer) {
    this.tokenizer = tokenizer;
  }

  /** A token's name; {@code token_id:N} where it has no text. */
  public String of(int id) {
    byte[] bytes = bytes(id);
    if (bytes.length == 0) {
      return "token_id:" + id;
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      StringBuilder name = new StringBuilder("bytes:");
      for (byte b : bytes) {
        name.append("\\x%02x".formatted(b & 0xff));
      }
      return name.toString();
    }
  }

  /** A token's bytes; none where it has no text. */
  byte[] bytes(int id) {
    return tokenizer.map(t -> t.decode(id)).orElse(new byte[0]);
  }
}
