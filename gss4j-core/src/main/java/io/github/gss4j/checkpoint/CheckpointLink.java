package io.github.gss4j.checkpoint;

import io.github.gss4j.files.WindowsFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A name in a run's directory, such as {@code best}, that stands for one of its checkpoints {@code
 * step-N}: a symbolic link, or a small file that holds the checkpoint's name where the file system
 * has no links, and on Windows.
 *
 * @param path where the name lies
 */
public record CheckpointLink(Path path) {
  /** The directories that a link may stand for. */
  public static final String CHECKPOINT = "step-\\d{1,18}";

  private static final int MOST_BYTES = 32;

  /** Makes symbolic links. */
  @FunctionalInterface
  interface Links {
    Path create(Path link, Path target) throws IOException;
  }

  /** The checkpoint's directory; empty where the name is not a link to one beside it. */
  public Optional<Path> target() throws IOException {
    return name()
        .map(path::resolveSibling)
        .filter(target -> Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS));
  }

  /** The checkpoint's name, whether it is there or not. */
  private Optional<String> name() throws IOException {
    String name = "";
    if (Files.isSymbolicLink(path)) {
      name = Files.readSymbolicLink(path).toString();
    } else if (Files.isRegularFile(path) && Files.size(path) <= MOST_BYTES) {
      name = Files.readString(path, StandardCharsets.ISO_8859_1).strip();
    }
    return Optional.of(name).filter(text -> text.matches(CHECKPOINT));
  }

  /** The checkpoint's directory, or the path itself where it is not a link to one. */
  static Path follow(Path path) {
    try {
      return new CheckpointLink(path).target().orElse(path);
    } catch (IOException e) {
      throw new CheckpointException(path, "cannot be followed: " + e.getMessage(), e);
    }
  }

  /**
   * Points the link at a checkpoint next to it, atomically.
   *
   * @throws IOException if something else has the name, or it cannot be written
   */
  public void point(Path checkpoint) throws IOException {
    // Windows has links to directories, but none is replaced in one step there
    point(checkpoint, WindowsFiles.hold(path) ? CheckpointLink::refuse : Files::createSymbolicLink);
  }

  private static Path refuse(Path link, Path target) {
    throw new UnsupportedOperationException("a link to a directory cannot be replaced here");
  }

  void point(Path checkpoint, Links links) throws IOException {
    refuseForeign();
    CheckpointLink aside = new CheckpointLink(path.resolveSibling(path.getFileName() + ".writing"));
    aside.refuseForeign();
    Files.deleteIfExists(aside.path);
    try {
      links.create(aside.path, checkpoint.getFileName());
    } catch (UnsupportedOperationException | FileSystemException noLinksHere) {
      Files.writeString(aside.path, checkpoint.getFileName() + "\n", StandardOpenOption.CREATE_NEW);
    }
    Files.move(
        aside.path, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Refuses files that a run did not write.
   *
   * @throws IOException if something has the name that is not a link to a checkpoint
   */
  public void refuseForeign() throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && name().isEmpty()) {
      throw new IOException(
          path + ": is not a link of a run, expected one to a step-N or nothing: move it away");
    }
  }
}
