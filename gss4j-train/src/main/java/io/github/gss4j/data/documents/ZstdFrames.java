package io.github.gss4j.data.documents;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/** The frames of a zstd file (RFC 8878), skipped unread. */
final class ZstdFrames {
  private static final long MAGIC = 0xFD2FB528L;
  private static final long SKIPPABLE = 0x184D2A5L;
  private static final int RLE_BLOCK = 1;
  private static final int[] CONTENT_SIZE_BYTES = {0, 2, 4, 8};
  private static final int[] DICTIONARY_ID_BYTES = {0, 1, 2, 4};

  private final RandomAccessFile in;
  private long largestWindow;

  private ZstdFrames(RandomAccessFile in) {
    this.in = in;
  }

  /** The largest window, in bytes, that a frame of the file asks for; up to where it is damaged. */
  static long largestWindow(Path file) throws IOException {
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      ZstdFrames frames = new ZstdFrames(in);
      while (in.getFilePointer() < in.length() && frames.next()) {}
      return frames.largestWindow;
    }
  }

  private boolean next() throws IOException {
    long magic = number(4);
    if (magic >>> 4 == SKIPPABLE) {
      skip(number(4));
      return true;
    }
    if (magic != MAGIC) {
      return false;
    }
    int descriptor = (int) number(1);
    boolean oneSegment = (descriptor & 0x20) != 0;
    long window = oneSegment ? 0 : window((int) number(1));
    skip(DICTIONARY_ID_BYTES[descriptor & 3]);
    int sizeBytes = CONTENT_SIZE_BYTES[descriptor >> 6];
    long contentSize = number(oneSegment && sizeBytes == 0 ? 1 : sizeBytes);
    largestWindow = Math.max(largestWindow, oneSegment ? contentSize : window);
    long header;
    do {
      header = number(3);
      skip(((header >> 1) & 3) == RLE_BLOCK ? 1 : header >> 3);
    } while ((header & 1) == 0 && in.getFilePointer() < in.length());
    skip((descriptor & 4) != 0 ? 4 : 0);
    return true;
  }

  private static long window(int descriptor) {
    long base = 1L << (10 + (descriptor >> 3));
    return base + base / 8 * (descriptor & 7);
  }

  /** A little-endian number; 0 behind the end of the file. */
  private long number(int bytes) throws IOException {
    long number = 0;
    for (int i = 0; i < bytes; i++) {
      number |= (long) Math.max(0, in.read()) << (8 * i);
    }
    return number;
  }

  private void skip(long bytes) throws IOException {
    in.seek(in.getFilePointer() + bytes);
  }
}
