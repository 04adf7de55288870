package io.github.gss4j.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;

/** A part of a file of any size as bytes in place: the system reads what is looked at. */
final class MappedFile {
  private static final int SHIFT = 30;

  private final MappedByteBuffer[] parts;

  private MappedFile(MappedByteBuffer[] parts) {
    this.parts = parts;
  }

  /**
   * Maps some bytes of a file.
   *
   * @throws EOFException if the file ends before them
   */
  static MappedFile map(FileChannel channel, long position, long bytes) throws IOException {
    if (position + bytes > channel.size()) {
      throw new EOFException("file ends at byte " + channel.size() + ", cut short");
    }
    MappedByteBuffer[] parts =
        new MappedByteBuffer[Math.toIntExact((bytes + (1L << SHIFT) - 1) >> SHIFT)];
    for (int i = 0; i < parts.length; i++) {
      long from = (long) i << SHIFT;
      parts[i] =
          channel.map(
              FileChannel.MapMode.READ_ONLY, position + from, Math.min(1L << SHIFT, bytes - from));
    }
    return new MappedFile(parts);
  }

  byte get(long at) {
    return parts[(int) (at >> SHIFT)].get((int) (at & ((1 << SHIFT) - 1)));
  }
}
