package io.github.gss4j.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Files that may be replaced, for they are known to have been written for the same purpose. */
public final class OverwriteCheck {
  private static final int BEGINNING = 1 << 16;

  private OverwriteCheck() {}

  /**
   * Refuses a file that exists and was not written by us.
   *
   * @param mark what stands at the beginning of all of ours
   * @throws IllegalArgumentException that names it
   * @throws NoSuchFileException if there is no directory for it
   */
  public static void check(Path file, String mark) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null && !Files.isDirectory(directory)) {
      throw new NoSuchFileException(directory.toString());
    }
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (Files.isRegularFile(file)) {
      try (InputStream in = Files.newInputStream(file)) {
        byte[] beginning = in.readNBytes(BEGINNING);
        if (new String(beginning, StandardCharsets.ISO_8859_1).contains(mark)) {
          return;
        }
      }
    }
    throw new IllegalArgumentException(
        file + " exists and would be replaced: choose another name, or move it away");
  }

  /** Refuses whatever is there. */
  public static void refuse(Path file) {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IllegalArgumentException(file + " already exists: choose another name");
    }
  }
}
