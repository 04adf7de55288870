package io.github.gss4j.tracking;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes a file aside and renames it, so that a reader sees the old one or the new one, whole. */
public final class WholeFile {
  private WholeFile() {}

  /** Writes a text as a file; its directory is made. */
  public static void write(Path file, CharSequence text) throws IOException {
    Path target = file.toAbsolutePath();
    Files.createDirectories(target.getParent());
    Path aside = target.resolveSibling(target.getFileName() + ".tmp");
    Files.writeString(aside, text, StandardCharsets.UTF_8);
    Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
