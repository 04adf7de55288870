package io.github.gss4j.checkpoint;

import io.github.gss4j.files.LfsPointer;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Reads and writes files by position. Nothing is mapped, so a file that is cut short while it is
 * read is an error and not a crash.
 */
final class FileIo {
  /** Work on an open file. */
  @FunctionalInterface
  interface Output<T> {
    T from(FileChannel channel) throws IOException;
  }

  private FileIo() {}

  /**
   * Opens a file, reads from it and closes it.
   *
   * @throws CheckpointException if the file cannot be read, or is not there but for a Git LFS
   *     pointer
   */
  static <T> T open(Path file, Output<T> reader) {
    if (LfsPointer.is(file)) {
      throw new CheckpointException(file, LfsPointer.MESSAGE);
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return reader.from(channel);
    } catch (IOException e) {
      throw new CheckpointException(file, "cannot be read: " + describe(e), e);
    }
  }

  /** Opens a file to be overwritten. */
  static FileChannel create(Path file) throws IOException {
    return FileChannel.open(
        file,
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE);
  }

  /** Reads that many bytes, in little-endian order and ready to be taken out. */
  static ByteBuffer readFully(FileChannel channel, int bytes, long position) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    readFully(channel, buffer, position);
    return buffer.flip();
  }

  static void readFully(FileChannel channel, ByteBuffer buffer, long position) throws IOException {
    long at = position;
    while (buffer.hasRemaining()) {
      int n = channel.read(buffer, at);
      if (n < 0) {
        throw new EOFException("file ends at byte " + at + ", cut short");
      }
      at += n;
    }
  }

  static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  static String describe(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "no such file";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
