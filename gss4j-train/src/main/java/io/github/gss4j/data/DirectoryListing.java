package io.github.gss4j.data;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;

/**
 * Finds the files below a directory. What cannot be read is left out and counted, as are hidden
 * names; what is not wanted is never opened.
 */
final class DirectoryListing extends SimpleFileVisitor<Path> {
  private final Path root;
  private final Path cache;
  private final Wanted wanted;
  private final SkippedFiles leftOut;
  private final List<SourceFile> files = new ArrayList<>();

  /** What a glob leaves. */
  interface Wanted {
    /** Whether a file is wanted; of a zip, whether any of its members may be. */
    boolean file(SourceFile file);

    /** Whether what is below a directory may be wanted. */
    default boolean directory(String name) {
      return true;
    }
  }

  DirectoryListing(Path root, Path cache, Wanted wanted, SkippedFiles leftOut) {
    this.root = root;
    this.cache = cache;
    this.wanted = wanted;
    this.leftOut = leftOut;
  }

  /** All files below {@code root} but hidden ones and the cache, sorted by name. */
  static List<SourceFile> of(Path root, Path cache, Wanted wanted, SkippedFiles leftOut) {
    DirectoryListing listing = new DirectoryListing(root, cache, wanted, leftOut);
    try {
      if (!Files.isDirectory(root)) {
        throw new DataException(root, "is not a directory");
      }
      Files.walkFileTree(
          root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, listing);
    } catch (IOException e) {
      throw DataException.of(root, "cannot be listed", e);
    }
    listing.files.sort(Comparator.comparing(SourceFile::name));
    return listing.files;
  }

  @Override
  public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
      throws IOException {
    if (directory.equals(root)) {
      return FileVisitResult.CONTINUE;
    }
    if (isHidden(directory)) {
      leftOut.add(SkippedFiles.Reason.HIDDEN, label(directory));
      return FileVisitResult.SKIP_SUBTREE;
    }
    if (!wanted.directory(label(directory))) {
      leftOut.add(SkippedFiles.Reason.GLOB, label(directory));
      return FileVisitResult.SKIP_SUBTREE;
    }
    if (Files.exists(cache) && Files.isSameFile(directory, cache)) {
      leftOut.add(SkippedFiles.Reason.CACHE, label(directory));
      return FileVisitResult.SKIP_SUBTREE;
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
    SourceFile found = new SourceFile(label(file), file, SourceFile.Kind.of(file));
    if (isHidden(file)) {
      leftOut.add(SkippedFiles.Reason.HIDDEN, label(file));
    } else if (!attributes.isRegularFile()) {
      leftOut.add(SkippedFiles.Reason.NO_FILE, label(file));
    } else if (!wanted.file(found)) {
      leftOut.add(SkippedFiles.Reason.GLOB, label(file));
    } else if (!Files.isReadable(file)) {
      leftOut.add(SkippedFiles.Reason.UNREADABLE, label(file));
    } else {
      files.add(found);
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
    if (file.equals(root)) {
      throw e;
    }
    boolean isWanted = !Files.isDirectory(file) || wanted.directory(label(file));
    SkippedFiles.Reason reason =
        isWanted ? SkippedFiles.Reason.UNREADABLE : SkippedFiles.Reason.GLOB;
    boolean loop = e instanceof FileSystemLoopException;
    leftOut.add(loop ? SkippedFiles.Reason.LOOP : reason, label(file));
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult postVisitDirectory(Path directory, IOException e) throws IOException {
    return e == null ? FileVisitResult.CONTINUE : visitFileFailed(directory, e);
  }

  private static boolean isHidden(Path path) {
    return path.getFileName().toString().startsWith(".");
  }

  private String label(Path path) {
    return root.relativize(path).toString().replace('\\', '/');
  }
}
