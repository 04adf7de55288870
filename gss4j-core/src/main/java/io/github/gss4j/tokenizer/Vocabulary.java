package io.github.gss4j.tokenizer;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What each id of a model stands for, as its directory says. Two models can be compared token by
 * token where these agree, whatever their files look like.
 */
public final class Vocabulary {
  /** The ids of a GPT-2 that came without a {@code tokenizer.json}. */
  private static final String SPELLINGS = "vocab.json";

  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  private final Path where;

  /** The bytes of each id, null where no token has it. */
  private final List<byte[]> tokens;

  private Vocabulary(Path where, List<byte[]> tokens) {
    this.where = where;
    this.tokens = tokens;
  }

  /**
   * Reads that of a model: of the tokenizer that its config names, else of the {@code
   * tokenizer.json} in its directory, else of the {@code vocab.json} there.
   *
   * @param nameInConfig empty where the config names none
   * @return nothing where nothing says what the ids are
   * @throws TokenizerException if a file cannot be read
   */
  public static Optional<Vocabulary> ofModel(Path directory, String nameInConfig) {
    if (Tokenizers.isNamed(nameInConfig)) {
      return Optional.of(new Vocabulary(directory, tokens(Tokenizers.open(nameInConfig))));
    }
    Path json = directory.resolve(TokenizerJson.NAME);
    if (Files.exists(json)) {
      try (Tokenizer tokenizer = TokenizerJson.read(json, Integer.MAX_VALUE)) {
        return Optional.of(new Vocabulary(json, tokens(tokenizer)));
      }
    }
    Path spellings = directory.resolve(SPELLINGS);
    if (Files.exists(spellings)) {
      List<byte[]> tokens = new ArrayList<>();
      for (String spelling : VocabularyFile.spellings(spellings)) {
        tokens.add(spelling == null ? null : ByteAlphabet.bytes(spelling));
      }
      return Optional.of(new Vocabulary(spellings, tokens));
    }
    return Optional.empty();
  }

  private static List<byte[]> tokens(Tokenizer tokenizer) {
    List<byte[]> tokens = new ArrayList<>();
    for (int id = 0; id < tokenizer.size(); id++) {
      tokens.add(token(tokenizer, id));
    }
    return tokens;
  }

  private static byte[] token(Tokenizer tokenizer, int id) {
    return tokenizer.isToken(id) ? tokenizer.decode(id) : null;
  }

  /**
   * Checks that every token of a tokenizer is the same here. More tokens here do no harm.
   *
   * @throws TokenizerException naming the first that is another
   */
  public void requireSame(Tokenizer tokenizer) {
    for (int id = 0; id < tokenizer.size(); id++) {
      byte[] expected = token(tokenizer, id);
      byte[] found = id < tokens.size() ? tokens.get(id) : null;
      if (expected != null && !Arrays.equals(expected, found)) {
        throw new TokenizerException(
            where,
            "token "
                + id
                + " is "
                + shown(found)
                + " there, expected "
                + shown(expected)
                + " as in the tokenizer "
                + tokenizer.name()
                + ": the two models must share their tokenizer");
      }
    }
  }

  private static String shown(byte[] token) {
    if (token == null) {
      return "none";
    }
    String text = new String(token, StandardCharsets.UTF_8);
    text = CONTROL.matcher(text).replaceAll(c -> "\\\\x%02x".formatted((int) c.group().charAt(0)));
    return "'" + text + "'";
  }
}
