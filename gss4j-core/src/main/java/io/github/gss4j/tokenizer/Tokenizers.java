package io.github.gss4j.tokenizer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Finds the tokenizer that belongs to a model. */
public final class Tokenizers {
  private Tokenizers() {}

  /**
   * Chooses by the config's {@code tokenizer}; where it names none, by the {@code tokenizer.json}
   * in the model's directory, else by the number of tokens: 256 are bytes, 50257 are GPT-2's.
   *
   * @param directory the model's directory
   * @param nameInConfig {@code bytes}, {@code gpt2} or {@code tokenizer.json}; null where the
   *     config says nothing
   * @param numTokens how many tokens the model knows
   * @throws TokenizerException if there is none, or it has more tokens than the model
   */
  public static Tokenizer forModel(Path directory, String nameInConfig, int numTokens) {
    Path json = directory.resolve(TokenizerJson.NAME);
    String name = nameInConfig != null ? nameInConfig : guess(directory, json, numTokens);
    Tokenizer tokenizer =
        switch (name) {
          case ByteTokenizer.NAME -> new ByteTokenizer();
          case Gpt2Tokenizer.NAME -> new Gpt2Tokenizer();
          case TokenizerJson.NAME -> TokenizerJson.read(json, numTokens);
          default ->
              throw new TokenizerException(
                  directory,
                  "tokenizer is '"
                      + name
                      + "' in its config, expected bytes, gpt2 or"
                      + " tokenizer.json");
        };
    if (tokenizer.size() > numTokens) {
      int size = tokenizer.size();
      tokenizer.close();
      throw new TokenizerException(
          directory,
          "tokenizer "
              + name
              + " has "
              + size
              + " tokens, but the model knows only "
              + numTokens
              + ": take the tokenizer it was trained with");
    }
    return tokenizer;
  }

  /**
   * Opens a tokenizer as the command line names it.
   *
   * @param spec {@code bytes}, {@code gpt2} or the path of a {@code tokenizer.json}
   * @throws TokenizerException if it is none of them
   */
  public static Tokenizer open(String spec) {
    return open(spec, Integer.MAX_VALUE);
  }

  /**
   * As above, for a model of so many ids: a token that the files beside a {@code tokenizer.json}
   * name as the end of a text and it lacks is added only where there is an id for it.
   */
  public static Tokenizer open(String spec, int mostIds) {
    return switch (spec) {
      case ByteTokenizer.NAME -> new ByteTokenizer();
      case Gpt2Tokenizer.NAME -> new Gpt2Tokenizer();
      default -> {
        Path file = Path.of(spec);
        if (!Files.isRegularFile(file)) {
          throw new TokenizerException(
              file,
              "no such file: tokenizer is '"
                  + spec
                  + "', expected 'bytes', 'gpt2' or the path of a tokenizer.json");
        }
        yield TokenizerJson.read(file, mostIds);
      }
    };
  }

  /** Whether {@link #open} takes a word as a path. */
  public static boolean isFile(String spec) {
    return !spec.isEmpty() && !spec.equals(ByteTokenizer.NAME) && !spec.equals(Gpt2Tokenizer.NAME);
  }

  /**
   * The tokenizer of a model, by its config and its directory.
   *
   * @param nameInConfig empty where the config names none
   * @return nothing where nothing says which that is
   * @throws TokenizerException if it has more tokens than the model, or cannot be opened
   */
  public static Optional<Tokenizer> ofModel(Path directory, String nameInConfig, int numTokens) {
    String name = nameInConfig.isEmpty() ? null : nameInConfig;
    return isKnown(directory, name, numTokens)
        ? Optional.of(forModel(directory, name, numTokens))
        : Optional.empty();
  }

  /** Whether {@link #forModel} has anything to go by. */
  public static boolean isKnown(Path directory, String nameInConfig, int numTokens) {
    return nameInConfig != null
        || numTokens == 256
        || numTokens == Gpt2Tokenizer.SIZE
        || Files.exists(directory.resolve(TokenizerJson.NAME));
  }

  private static String guess(Path directory, Path json, int numTokens) {
    if (Files.exists(json)) {
      return TokenizerJson.NAME;
    }
    return switch (numTokens) {
      case 256 -> ByteTokenizer.NAME;
      case Gpt2Tokenizer.SIZE -> Gpt2Tokenizer.NAME;
      default ->
          throw new TokenizerException(
              directory,
              "no tokenizer is known for a model of "
                  + numTokens
                  + " tokens: put its tokenizer.json there, or set \"tokenizer\" in config.json to"
                  + " bytes, gpt2 or tokenizer.json");
    };
  }
}
