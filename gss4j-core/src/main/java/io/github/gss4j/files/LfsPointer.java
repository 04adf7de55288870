package io.github.gss4j.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What Git leaves in a large file's place where Git LFS was not there to fetch it: some lines that
 * say which content belongs there.
 */
public final class LfsPointer {
  /** What every message says of one. */
  public static final String MESSAGE =
      "is a Git LFS pointer, not the file itself: run git lfs pull where it was cloned, or get the"
          + " file from the hub";

  /** No pointer is larger, by the specification. */
  private static final int MAX_BYTES = 1024;

  private static final String[] BEGINNINGS = {
    "version https://git-lfs.github.com/spec/",
    "version https://hawser.github.com/spec/",
    "version http://git-media.io/v/"
  };

  private LfsPointer() {}

  /** Whether a file is one; false where it cannot be read. */
  public static boolean is(Path file) {
    try {
      return Files.isRegularFile(file) && Files.size(file) <= MAX_BYTES && beginsAsOne(file);
    } catch (IOException e) {
      return false; // whoever reads it says so
    }
  }

  private static boolean beginsAsOne(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return is(in.readNBytes(MAX_BYTES));
    }
  }

  /** Whether bytes are those of one. */
  public static boolean is(byte[] content) {
    if (content.length > MAX_BYTES) {
      return false;
    }
    String text = new String(content, StandardCharsets.ISO_8859_1);
    for (String beginning : BEGINNINGS) {
      if (text.startsWith(beginning)) {
        return true;
      }
    }
    return false;
  }
}
