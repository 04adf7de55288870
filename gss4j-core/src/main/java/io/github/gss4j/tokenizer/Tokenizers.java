package io.github.gss4j.tokenizer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the tokenizer that belongs to a model. */
public final class Tokenizers {
  /** Those that need no file, by name. */
  private static final Map<String, Supplier<Tokenizer>> NAMED =
      Map.of(ByteTokenizer.NAME, ByteTokenizer::new, Gpt2Tokenizer.NAME, Gpt2Tokenizer::new);

  /** Asks a run to learn a tokenizer of so many tokens from its text. */
  private static final Pattern LEARNED = Pattern.compile("bpe:(\\d{1,7})");

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
        name.equals(TokenizerJson.NAME)
            ? TokenizerJson.read(json, numTokens)
            : named(name).orElseThrow(() -> unknown(directory, name));
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
    return named(spec).orElseGet(() -> fromFile(spec, mostIds));
  }

  /**
   * How many tokens a run learns from its text ({@link BytePairTrainer}): N of {@code bpe:N}.
   *
   * @return nothing where the word is of another kind
   * @throws IllegalArgumentException if that is too few
   */
  public static OptionalInt learned(String spec) {
    Matcher matcher = LEARNED.matcher(spec);
    if (!matcher.matches()) {
      return OptionalInt.empty();
    }
    int size = Integer.parseInt(matcher.group(1));
    if (size < BytePairTrainer.FEWEST) {
      throw new IllegalArgumentException("tokenizer is " + spec + ", expected bpe:258 or more");
    }
    return OptionalInt.of(size);
  }

  /** How many tokens a run has, by the name of its tokenizer; one is not learned for that. */
  public static int size(String spec) {
    OptionalInt learned = learned(spec);
    if (learned.isPresent()) {
      return learned.getAsInt();
    }
    try (Tokenizer tokenizer = open(spec)) {
      return tokenizer.size();
    }
  }

  private static Tokenizer fromFile(String spec, int mostIds) {
    if (learned(spec).isPresent()) {
      throw new TokenizerException(
          Path.of(TokenizerJson.NAME),
          "tokenizer is '"
              + spec
              + "', which gss train learns from its text: take the tokenizer.json in the directory of"
              + " a run");
    }
    Path file = Path.of(spec);
    if (!Files.isRegularFile(file)) {
      throw new TokenizerException(
          file, "no such file: tokenizer is '" + spec + "', expected " + choices("the path of a "));
    }
    return TokenizerJson.read(file, mostIds);
  }

  private static Optional<Tokenizer> named(String name) {
    return Optional.ofNullable(NAMED.get(name)).map(Supplier::get);
  }

  private static TokenizerException unknown(Path directory, String name) {
    return new TokenizerException(
        directory, "tokenizer is '" + name + "' in its config, expected " + choices(""));
  }

  private static String choices(String beforeFile) {
    return String.join(", ", new TreeSet<>(NAMED.keySet()))
        + " or "
        + beforeFile
        + TokenizerJson.NAME;
  }

  /** Whether a tokenizer of that name needs no file. */
  static boolean isNamed(String name) {
    return NAMED.containsKey(name);
  }

  /** Whether {@link #open} takes a word as a path. */
  public static boolean isFile(String spec) {
    return !spec.isEmpty() && !isNamed(spec);
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
  private static boolean isKnown(Path directory, String nameInConfig, int numTokens) {
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
