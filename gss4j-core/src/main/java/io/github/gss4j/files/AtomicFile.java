package io.github.gss4j.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * Writes a file aside, under a name of its own, and renames it: readers see the complete old or new
 * file, and a failure leaves the old one.
 */
public final class AtomicFile {
  private AtomicFile() {}

  /** Writes a file's content. */
  @FunctionalInterface
  public interface Content {
    /** Writes it; there is no such file yet. */
    void write(Path aside) throws IOException;
  }

  /** Writes text to a file; its directory is created. */
  public static void write(Path file, CharSequence text) throws IOException {
    write(file, aside -> Files.writeString(aside, text, StandardCharsets.UTF_8));
  }

  /** Writes bytes to a file; its directory is created. */
  public static void write(Path file, byte[] bytes) throws IOException {
    write(file, aside -> Files.write(aside, bytes));
  }

  /** Writes a file and syncs it to disk; its directory is created. */
  public static void write(Path file, Content content) throws IOException {
    Path target = file.toAbsolutePath();
    Files.createDirectories(target.getParent());
    Path aside =
        target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".writing");
    try {
      content.write(aside);
      DiskSync.of(aside);
      Files.move(
          aside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw named(file, e);
    } finally {
      Files.deleteIfExists(aside);
    }
  }

  /** The error with the name of the file that is written, which a full disk does not say. */
  public static IOException named(Path file, IOException e) {
    boolean isNamed =
        e instanceof FileSystemException
            || String.valueOf(e.getMessage()).contains(file.getFileName().toString());
    return isNamed ? e : new IOException(file + ": cannot be written: " + e.getMessage(), e);
  }
}
