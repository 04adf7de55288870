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

/** Finds the files below a directory. */
final class DirectoryListing extends SimpleFileVisitor<Path> {
  private final Path root;
  private final Path cache;
  private final LeftOut leftOut;
  private final List<SourceFile> files = new ArrayList<>();

  private DirectoryListing(Path root, Path cache, LeftOut leftOut) {
    this.root = root;
    this.cache = cache;
    this.leftOut = leftOut;
  }

  /** All files below {@code root} but hidden ones and the cache, sorted by name. */
  static List<SourceFile> of(Path root, Path cache, LeftOut leftOut) {
    DirectoryListing listing = new DirectoryListing(root, cache, leftOut);
    try {
      if (!Files.isDirectory(root)) {
        throw new DataException(root, "is no directory");
      }
      Files.walkFileTree(
          root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, listing);
    } catch (IOException e) {
      throw new DataException(root + ": cannot be listed: " + e.getMessage(), e);
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
      leftOut.add(LeftOut.Reason.HIDDEN, label(directory));
      return FileVisitResult.SKIP_SUBTREE;
    }
    if (Files.exists(cache) && Files.isSameFile(directory, cache)) {
      leftOut.add(LeftOut.Reason.CACHE, label(directory));
      return FileVisitResult.SKIP_SUBTREE;
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
    if (isHidden(file)) {
      leftOut.add(LeftOut.Reason.HIDDEN, label(file));
    } else if (!attributes.isRegularFile()) {
      leftOut.add(LeftOut.Reason.NO_FILE, label(file));
    } else {
      files.add(new SourceFile(label(file), file, SourceFile.Kind.of(file)));
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException e) {
    if (!(e instanceof FileSystemLoopException)) {
      throw DataException.of(file, "cannot be read", e);
    }
    leftOut.add(LeftOut.Reason.LOOP, label(file));
    return FileVisitResult.CONTINUE;
  }

  private static boolean isHidden(Path path) {
    return path.getFileName().toString().startsWith(".");
  }

  private String label(Path path) {
    return root.relativize(path).toString().replace('\\', '/');
  }
}
