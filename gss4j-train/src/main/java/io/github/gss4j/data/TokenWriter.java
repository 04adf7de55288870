package io.github.gss4j.data;

import io.github.gss4j.files.Digests;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.util.Optional;

/** Writes a {@link TokenFile}, and the bytes of the text beside it where they are wanted. */
public final class TokenWriter implements AutoCloseable {
  private final Path file;
  private final int vocabulary;
  private final int width;
  private final FileOutputStream disk;
  private final DigestOutputStream out;
  private final Optional<TokenWriter> counts;
  private long tokens;

  /** Bytes of text that are still to be counted. */
  private long uncounted;

  /**
   * Begins a file.
   *
   * @param vocabulary one more than the largest id
   */
  public TokenWriter(Path file, int vocabulary) throws IOException {
    this(file, vocabulary, false);
  }

  /**
   * As above.
   *
   * @param counted whether to note how many bytes of the text each token stands for
   */
  public TokenWriter(Path file, int vocabulary, boolean counted) throws IOException {
    this.file = file;
    this.vocabulary = vocabulary;
    this.width = TokenFile.idBytes(vocabulary);
    this.disk = new FileOutputStream(file.toFile());
    this.out = new DigestOutputStream(new BufferedOutputStream(disk, 1 << 16), Digests.sha256());
    this.counts =
        counted
            ? Optional.of(new TokenWriter(TokenFile.counts(file), TokenFile.MOST_COUNTED + 1))
            : Optional.empty();
  }

  /** How many ids were written. */
  public long tokens() {
    return tokens;
  }

  /**
   * Appends ids.
   *
   * @param bytes of the text that each stands for
   */
  public void write(int[] ids, int[] bytes) {
    write(ids);
    counts.ifPresent(out -> out.write(counted(bytes)));
  }

  /** Where a token stands for more than can be noted, the rest counts to the next. */
  private int[] counted(int[] bytes) {
    int[] counted = new int[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      uncounted += bytes[i];
      counted[i] = (int) Math.min(uncounted, TokenFile.MOST_COUNTED);
      uncounted -= counted[i];
    }
    return counted;
  }

  /** Appends ids without counting their bytes. */
  public void write(int[] ids) {
    ByteBuffer raw = ByteBuffer.allocate(Math.multiplyExact(ids.length, width));
    raw.order(ByteOrder.LITTLE_ENDIAN);
    for (int id : ids) {
      if (id < 0 || id >= vocabulary) {
        throw new IllegalArgumentException(
            "token id is " + id + ", expected 0 to " + (vocabulary - 1));
      }
      if (width == 2) {
        raw.putShort((short) id);
      } else {
        raw.putInt(id);
      }
    }
    try {
      out.write(raw.array());
      tokens += ids.length;
    } catch (IOException e) {
      throw DataException.of(file, "cannot be written", e);
    }
  }

  /**
   * Syncs everything to disk and closes the files, which Windows would not rename while they are
   * open.
   *
   * @param name that the file will have
   */
  public TokenFile finish(String name) throws IOException {
    out.flush();
    disk.getFD().sync();
    out.close();
    if (counts.isPresent()) {
      var unused = counts.get().finish(name);
    }
    return new TokenFile(name, tokens, Digests.hex(out.getMessageDigest()));
  }

  @Override
  public void close() throws IOException {
    try (OutputStream ids = out) {
      if (counts.isPresent()) {
        counts.get().close();
      }
    }
  }
}
