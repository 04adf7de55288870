package io.github.gss4j.data;

import io.github.gss4j.files.FileTrees;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a directory of the cache aside and renames it, so that what is there is whole. */
public final class AtomicDirectory {
  private static final Logger LOG = LoggerFactory.getLogger(AtomicDirectory.class);

  private AtomicDirectory() {}

  /** Writes the files of a directory and says what they are. */
  @FunctionalInterface
  public interface Content<M> {
    /** Writes them. */
    M write(Path aside) throws IOException;
  }

  /**
   * Makes a directory.
   *
   * @param home its place
   * @param ofWhole reads what is there, if it is whole; another process may be faster, and its
   *     result is as good
   */
  public static <M> M make(Path home, Function<Path, Optional<M>> ofWhole, Content<M> content) {
    Path cache = home.toAbsolutePath().getParent();
    try {
      Files.createDirectories(cache);
      Path aside = Files.createDirectory(cache.resolve(".making-" + UUID.randomUUID()));
      try {
        M made = content.write(aside);
        if (Files.exists(home) && ofWhole.apply(home).isEmpty()) {
          LOG.warn("{} is not whole, it is created again", home);
          FileTrees.delete(home);
        }
        try {
          Files.move(aside, home, StandardCopyOption.ATOMIC_MOVE);
          return made;
        } catch (FileSystemException e) {
          return ofWhole.apply(home).orElseThrow(() -> e);
        }
      } finally {
        FileTrees.delete(aside);
      }
    } catch (IOException e) {
      throw DataException.of(cache, "the cache cannot be written", e);
    }
  }
}
