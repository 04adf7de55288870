package io.github.gss4j.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One file of token ids: little-endian, 2 bytes each where the vocabulary has at most 65,536
 * tokens, else 4.
 *
 * @param file its name
 * @param tokens how many
 * @param sha256 of its bytes
 */
public record TokenFile(String file, long tokens, String sha256) {
  /** Bytes of an id. */
  static int idBytes(int vocabulary) {
    return vocabulary <= 1 << 16 ? 2 : 4;
  }

  /** Whether it lies in a directory with the size that it should have. */
  public boolean isWhole(Path home, int vocabulary) {
    try {
      return Files.size(home.resolve(file)) == tokens * idBytes(vocabulary);
    } catch (IOException missing) {
      return false;
    }
  }

  /** Maps it. */
  public TokenStore open(Path home, int vocabulary) {
    int width = idBytes(vocabulary);
    MappedBytes bytes = MappedBytes.open(home.resolve(file), tokens * width, sha256);
    return new MappedTokens(bytes, width, vocabulary);
  }
}
