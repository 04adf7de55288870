package io.github.gss4j.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One file of token ids: little-endian, 2 bytes each where the vocabulary has at most 65,536
 * tokens, else 4.
 *
 * @param file its name
 * @param tokens how many
 * @param sha256 of its bytes
 */
public record TokenFile(String file, long tokens, String sha256) {
  /** The most bytes of text that are noted of one token. */
  static final int MOST_COUNTED = (1 << 16) - 1;

  /** Checks that it is a file of the directory. */
  public TokenFile {
    if (tokens < 0 || tokens > Long.MAX_VALUE / Integer.BYTES || !file.matches("[\\w.-]+")) {
      throw new IllegalArgumentException(
          "the file '" + file + "' of " + tokens + " tokens is none of a corpus");
    }
  }

  /** Where the bytes of the text are noted, a number per token, if they are. */
  public static Path counts(Path file) {
    return file.resolveSibling(file.getFileName() + ".bytes");
  }

  /** Whether the bytes of the text are noted too. */
  boolean isCounted(Path home) {
    return counted().isWhole(home, MOST_COUNTED + 1);
  }

  private TokenFile counted() {
    return new TokenFile(counts(Path.of(file)).toString(), tokens, sha256);
  }

  /** Bytes of an id. */
  static int idBytes(int vocabulary) {
    return vocabulary <= 1 << 16 ? 2 : 4;
  }

  /** Whether a directory has it, with the size that it should have. */
  public boolean isWhole(Path home, int vocabulary) {
    try {
      return Files.size(home.resolve(file)) == tokens * idBytes(vocabulary);
    } catch (IOException missing) {
      return false;
    }
  }

  /**
   * Maps it.
   *
   * @throws DataException if it is missing or of another size than it should have
   */
  public TokenStore open(Path home, int vocabulary) {
    int width = idBytes(vocabulary);
    if (!isWhole(home, vocabulary)) {
      throw new DataException(
          home.resolve(file),
          "is missing or does not have the "
              + tokens * width
              + " bytes that its manifest says: prepare the corpus again");
    }
    MappedBytes bytes = MappedBytes.open(home.resolve(file), tokens * width, sha256);
    Optional<TokenStore> counts =
        Files.exists(counts(home.resolve(file)))
            ? Optional.of(counted().open(home, MOST_COUNTED + 1))
            : Optional.empty();
    return new MappedTokens(bytes, width, vocabulary, counts);
  }
}
