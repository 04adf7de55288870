package io.github.gss4j.data;

import io.github.gss4j.files.Digests;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;

/**
 * A part of a file as tokens, one byte each, mapped and not loaded.
 *
 * <p>A mapping ends at 2 GB, so the part is mapped in segments. Touching pages that a file has lost
 * can end the JVM, so each read first asks for the file's length, which costs a microsecond.
 */
final class MappedBytes implements TokenStore {
  private static final int SEGMENT_BYTES = 1 << 30;
  private static final int CHUNK_BYTES = 1 << 16;

  private final Path file;
  private final long begin;
  private final long size;
  private final int segmentBytes;
  private final RandomAccessFile open;
  private volatile ByteBuffer[] segments;
  private final List<Long> documentEnds;
  private volatile String fingerprint;

  private MappedBytes(
      Path file,
      long begin,
      long size,
      int segmentBytes,
      String fingerprint,
      List<Long> documentEnds)
      throws IOException {
    this.documentEnds = documentEnds;
    this.file = file;
    this.begin = begin;
    this.size = size;
    this.segmentBytes = segmentBytes;
    this.fingerprint = fingerprint;
    // not a channel: an interrupted thread would close it for all others
    this.open = new RandomAccessFile(file.toFile(), "r");
    boolean mapped = false;
    try {
      checkLength();
      this.segments = map();
      mapped = true;
    } finally {
      if (!mapped) {
        open.close();
      }
    }
  }

  /** Maps the bytes [begin, begin + size) of a file; their fingerprint is computed when asked. */
  static MappedBytes open(Path file, long begin, long size) {
    return open(file, begin, size, SEGMENT_BYTES, null);
  }

  /** Maps a whole file of known content. */
  static MappedBytes open(Path file, long size, String fingerprint) {
    return open(file, 0, size, SEGMENT_BYTES, fingerprint);
  }

  /** As above, of several documents. */
  static MappedBytes open(Path file, long size, String fingerprint, List<Long> documentEnds) {
    return open(file, 0, size, SEGMENT_BYTES, fingerprint, List.copyOf(documentEnds));
  }

  static MappedBytes open(Path file, long begin, long size, int segmentBytes, String fingerprint) {
    return open(file, begin, size, segmentBytes, fingerprint, List.of(size));
  }

  private static MappedBytes open(
      Path file,
      long begin,
      long size,
      int segmentBytes,
      String fingerprint,
      List<Long> documentEnds) {
    try {
      return new MappedBytes(file, begin, size, segmentBytes, fingerprint, documentEnds);
    } catch (IOException e) {
      throw DataException.of(file, "cannot be mapped", e);
    }
  }

  private ByteBuffer[] map() throws IOException {
    ByteBuffer[] mapped = new ByteBuffer[Math.toIntExact((size + segmentBytes - 1) / segmentBytes)];
    for (int i = 0; i < mapped.length; i++) {
      long at = (long) i * segmentBytes;
      mapped[i] =
          open.getChannel()
              .map(FileChannel.MapMode.READ_ONLY, begin + at, Math.min(segmentBytes, size - at));
    }
    return mapped;
  }

  private void checkLength() {
    long length;
    try {
      length = open.length();
    } catch (IOException e) {
      throw DataException.of(file, "cannot be read", e);
    }
    if (length < begin + size) {
      throw new DataException(
          file,
          "has "
              + length
              + " bytes, expected at least "
              + (begin + size)
              + ": it was cut while in use");
    }
  }

  @Override
  public long size() {
    return size;
  }

  /** The file, for messages. */
  Path file() {
    return file;
  }

  @Override
  public List<Long> documentEnds() {
    return documentEnds;
  }

  @Override
  public void read(long offset, long[] into) {
    TokenStore.checkRange(offset, into.length, size);
    byte[] chunk = new byte[Math.min(into.length, CHUNK_BYTES)];
    for (int done = 0; done < into.length; ) {
      int n = copy(offset + done, chunk, Math.min(chunk.length, into.length - done));
      for (int i = 0; i < n; i++) {
        into[done + i] = chunk[i] & 0xff;
      }
      done += n;
    }
  }

  /** Copies the bytes at [offset, offset + into.length), which must be within. */
  void read(long offset, byte[] into) {
    byte[] chunk = new byte[Math.min(into.length, CHUNK_BYTES)];
    for (int done = 0; done < into.length; ) {
      int n = copy(offset + done, chunk, Math.min(chunk.length, into.length - done));
      System.arraycopy(chunk, 0, into, done, n);
      done += n;
    }
  }

  /** Copies up to {@code wanted} bytes, no further than the end of a segment; returns how many. */
  private int copy(long at, byte[] chunk, int wanted) {
    ByteBuffer[] mapped = segments;
    if (mapped == null) {
      throw new IllegalStateException(file + ": read after it was closed");
    }
    checkLength();
    ByteBuffer segment = mapped[(int) (at / segmentBytes)];
    int from = (int) (at % segmentBytes);
    int n = Math.min(wanted, segment.capacity() - from);
    try {
      segment.get(from, chunk, 0, n);
    } catch (InternalError fault) { // how the JVM reports a page that is gone
      throw new DataException(file + ": was cut while it was read", fault);
    }
    return n;
  }

  @Override
  public String fingerprint() {
    if (fingerprint == null) {
      MessageDigest digest = Digests.sha256();
      byte[] chunk = new byte[CHUNK_BYTES];
      for (long at = 0; at < size; ) {
        int n = copy(at, chunk, (int) Math.min(chunk.length, size - at));
        digest.update(chunk, 0, n);
        at += n;
      }
      fingerprint = Digests.hex(digest);
    }
    return fingerprint;
  }

  /** Lets go of the file; its pages are unmapped when the garbage collector finds them unused. */
  @Override
  public void close() {
    segments = null;
    try {
      open.close();
    } catch (IOException e) {
      throw DataException.of(file, "cannot be closed", e);
    }
  }
}
