package io.github.gss4j.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Makes what was written survive the loss of power. */
public final class DiskSync {
  private DiskSync() {}

  /**
   * Syncs a file, or a directory's list of names, to disk. Windows opens no directories, whose
   * names its journal keeps, and syncs only files that are open for writing.
   */
  public static void of(Path path) throws IOException {
    boolean onWindows = WindowsFiles.hold(path);
    if (onWindows && Files.isDirectory(path)) {
      return;
    }
    StandardOpenOption how = onWindows ? StandardOpenOption.WRITE : StandardOpenOption.READ;
    try (FileChannel channel = FileChannel.open(path, how)) {
      channel.force(true);
    }
  }
}
