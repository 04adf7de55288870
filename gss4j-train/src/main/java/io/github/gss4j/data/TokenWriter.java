package io.github.gss4j.data;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.DigestOutputStream;

/** Writes a {@link TokenFile}. */
public final class TokenWriter implements AutoCloseable {
  private final Path file;
  private final int vocabulary;
  private final int width;
  private final FileOutputStream disk;
  private final DigestOutputStream out;
  private long tokens;

  /**
   * Begins a file.
   *
   * @param vocabulary one more than the largest id
   */
  public TokenWriter(Path file, int vocabulary) throws IOException {
    this.file = file;
    this.vocabulary = vocabulary;
    this.width = TokenFile.idBytes(vocabulary);
    this.disk = new FileOutputStream(file.toFile());
    this.out = new DigestOutputStream(new BufferedOutputStream(disk, 1 << 16), Hex.sha256());
  }

  /** How many ids were written. */
  public long tokens() {
    return tokens;
  }

  /** Appends ids. */
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
   * Brings all to the disk.
   *
   * @param name that the file will have
   */
  public TokenFile finish(String name) throws IOException {
    out.flush();
    disk.getFD().sync();
    return new TokenFile(name, tokens, Hex.of(out.getMessageDigest()));
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
