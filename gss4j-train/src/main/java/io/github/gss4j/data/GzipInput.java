package io.github.gss4j.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.ZipException;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * The content of a gzip file: that of all its members, as {@code gzip} and Python read it. Zero
 * bytes behind a member are padding and are skipped; anything else there is an error. A file of no
 * bytes is empty.
 */
public final class GzipInput extends InputStream {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int MAGIC = 0x1f;

  private final InputStream packed;
  private GzipCompressorInputStream member;
  private long members;

  /** Begins to read; the stream is closed with this one. */
  public GzipInput(InputStream packed) {
    this.packed = new BufferedInputStream(packed, BUFFER_BYTES);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (member != null || nextMember()) {
      int n = member.read(into, offset, length);
      if (n > 0) {
        return n;
      }
      member = null;
    }
    return -1;
  }

  private boolean nextMember() throws IOException {
    int first;
    do {
      packed.mark(1);
      first = packed.read();
    } while (first == 0 && members > 0);
    if (first < 0) {
      return false;
    }
    if (first != MAGIC && members > 0) {
      throw new ZipException("bytes that are not gzip follow member " + members);
    }
    packed.reset();
    member = new GzipCompressorInputStream(packed);
    members++;
    return true;
  }

  @Override
  public void close() throws IOException {
    if (member != null) {
      member.close();
    }
    packed.close();
  }
}
