package io.github.gss4j.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The bytes of one pickle, read front to back and never past a limit.
 *
 * <p>A length that the pickle claims is held against what is left before anything is allocated.
 */
final class PickleInput {
  /** Of a pickle; tensor data lies outside it, so a large model has some megabytes. */
  static final long MAX_BYTES = 64L << 20;

  private static final int MAX_LINE_BYTES = 1000;

  private final Path file;
  private final InputStream in;
  private final long start;
  private final long limit;
  private long read;
  private long copied;

  /**
   * Reads from a stream.
   *
   * @param in ready to give the pickle's first byte
   * @param span where the pickle lies; it may end before the span does
   */
  PickleInput(Path file, InputStream in, FileSpan span) {
    this.file = file;
    this.in = in;
    this.start = span.position();
    this.limit = Math.min(span.bytes(), MAX_BYTES);
  }

  /** Where in the file the next byte lies. */
  long position() {
    return start + read;
  }

  int unsignedByte() throws IOException {
    int next = read < limit ? in.read() : -1;
    if (next < 0) {
      throw broken("ends before its last operation (cut short?)");
    }
    read++;
    return next;
  }

  /** An unsigned integer of up to 4 bytes or a signed one of 8, the lowest byte first. */
  long integer(int size) throws IOException {
    long value = 0;
    for (int i = 0; i < size; i++) {
      value |= (long) unsignedByte() << (8 * i);
    }
    return value;
  }

  /** A signed integer of any size, the lowest byte first. */
  BigInteger bigInteger(int size) throws IOException {
    byte[] bytes = bytes(size);
    byte[] reversed = new byte[size + 1]; // a leading 0 or -1 byte changes no value
    for (int i = 0; i < size; i++) {
      reversed[size - i] = bytes[i];
    }
    reversed[0] = (byte) (size > 0 && bytes[size - 1] < 0 ? -1 : 0);
    return new BigInteger(reversed);
  }

  /** The next bytes, as many as the {@code sizeBytes} bytes before them say. */
  byte[] sized(int sizeBytes) throws IOException {
    return bytes(integer(sizeBytes));
  }

  String text(int sizeBytes) throws IOException {
    return new String(sized(sizeBytes), StandardCharsets.UTF_8);
  }

  /** Text up to a line feed. */
  String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = unsignedByte(); next != '\n'; next = unsignedByte()) {
      if (line.size() == MAX_LINE_BYTES) {
        throw broken("holds a line of more than " + MAX_LINE_BYTES + " bytes");
      }
      line.write(next);
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  private byte[] bytes(long count) throws IOException {
    if (count < 0 || count > limit - read) {
      throw broken(
          "claims %s bytes more, but %d are left (cut short, or larger than %d bytes?)"
              .formatted(Long.toUnsignedString(count), limit - read, limit));
    }
    byte[] bytes = in.readNBytes((int) count);
    if (bytes.length < count) {
      throw broken("ends before its last operation (cut short?)");
    }
    read += count;
    return bytes;
  }

  /** The file that holds the pickle. */
  Path file() {
    return file;
  }

  /** Counts values that are copied: in all no more than the bytes that were read. */
  void countCopied(int values) {
    copied += values;
    if (copied > read) {
      throw broken("copies " + copied + " values, more than it has bytes so far");
    }
  }

  /** What is wrong with the pickle, at the place reached. */
  CheckpointException broken(String problem) {
    return new CheckpointException(file, "the pickle at byte " + position() + " " + problem);
  }
}
