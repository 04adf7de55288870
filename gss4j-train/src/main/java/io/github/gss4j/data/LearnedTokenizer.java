package io.github.gss4j.data;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.files.AtomicFile;
import io.github.gss4j.files.Digests;
import io.github.gss4j.tokenizer.BytePairTrainer;
import io.github.gss4j.tokenizer.TokenizerJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Byte pairs learned from a text, once, into a {@code tokenizer.json} of the cache. */
public final class LearnedTokenizer {
  /** Changes with what is learned from the same text. */
  private static final int FORMAT = 1;

  private static final int PIECE = 1 << 20;

  private LearnedTokenizer() {}

  /**
   * Learns a tokenizer, or finds it.
   *
   * @param bytes of the text, one token a byte; what is not UTF-8 is read as U+FFFD
   * @param size of the vocabulary
   * @param cache directory that is made where it is missing and may be deleted at any time
   * @return the file
   */
  public static Path of(TokenStore bytes, int size, Path cache) {
    String content = bytes.fingerprint() + "\n" + Digests.hex(bytes.documentEnds().toString());
    String key = Digests.hex(FORMAT + "\n" + size + "\n" + content);
    Path home = cache.resolve("bpe-" + key.substring(0, 16));
    return ofWhole(home)
        .orElseGet(
            () -> {
              AtomicDirectory.make(
                  home, LearnedTokenizer::ofWhole, aside -> write(bytes, size, aside));
              return home.resolve(TokenizerJson.NAME);
            });
  }

  private static Optional<Path> ofWhole(Path home) {
    return Optional.of(home.resolve(TokenizerJson.NAME)).filter(Files::isRegularFile);
  }

  private static Path write(TokenStore bytes, int size, Path aside) throws IOException {
    BytePairTrainer trainer = new BytePairTrainer();
    long from = 0;
    for (long end : bytes.documentEnds()) {
      while (from < end) {
        byte[] piece = piece(bytes, from, end);
        trainer.add(new String(piece, StandardCharsets.UTF_8));
        from += piece.length;
      }
    }
    Path file = aside.resolve(TokenizerJson.NAME);
    AtomicFile.write(file, new ObjectMapper().writeValueAsString(trainer.learn(size)));
    return file;
  }

  /** Ends before a line break, where a word begins, or where the document does. */
  private static byte[] piece(TokenStore bytes, long from, long end) {
    long[] tokens = new long[(int) Math.min(PIECE, end - from)];
    bytes.read(from, tokens);
    byte[] piece = new byte[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      piece[i] = (byte) tokens[i];
    }
    return from + piece.length < end ? Arrays.copyOf(piece, lastLineBreak(piece)) : piece;
  }

  /** Where the last line break begins, if not at once; else where the piece ends. */
  private static int lastLineBreak(byte[] piece) {
    for (int i = piece.length - 1; i > 1; i--) {
      if (piece[i] == '\n') {
        return piece[i - 1] == '\r' ? i - 1 : i;
      }
    }
    return piece.length;
  }
}
