package io.github.gss4j.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * A kind of file that gss4j reads, for the {@link Fuzzer}: sound files, and how they are read.
 *
 * <p>To add one, implement this in the tests of the module that reads it and name the class in
 * {@code src/test/resources/META-INF/services/io.github.gss4j.fuzz.FuzzKind} there.
 */
public interface FuzzKind extends AutoCloseable {
  /** As {@code --kinds} has it. */
  String name();

  /**
   * Writes sound files into an empty directory, the same each time.
   *
   * @return what is read: files, or directories of files that are read together
   */
  List<Path> prepare(Path home) throws IOException;

  /** Which files of a target are spoilt, one at a time: all of them. */
  default List<Path> spoilt(Path target) throws IOException {
    return Targets.files(target);
  }

  /**
   * Reads all there is, as a command does. A refusal is an exception of ours in one line.
   *
   * @param target one of those that {@link #prepare} gave
   */
  void read(Path target) throws Exception;

  /** Spoils a file. One that is packed may be unpacked, spoilt and packed again. */
  default byte[] mutate(Path file, byte[] sound, Random random) throws IOException {
    return Mutations.of(file, sound, random);
  }

  /** How many bytes a target has when all in it is unpacked: four times that may be allocated. */
  default long unpackedBytes(Path target) throws IOException {
    long bytes = 0;
    for (Path file : Targets.files(target)) {
      bytes += Files.size(file);
    }
    return bytes;
  }

  /** How many bytes may be allocated besides, on the heap and off it. */
  default long besidesBytes() {
    return 4L << 20;
  }

  @Override
  default void close() {}
}
