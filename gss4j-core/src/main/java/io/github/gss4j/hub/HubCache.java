package io.github.gss4j.hub;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The hub's cache as {@code huggingface_hub} lays it out:
 *
 * <pre>
 * models--OWNER--NAME/refs/main                  the commit that main stood for
 * models--OWNER--NAME/blobs/ETAG                 the content
 * models--OWNER--NAME/snapshots/COMMIT/FILE  ->  ../../blobs/ETAG
 * .locks/models--OWNER--NAME/ETAG.lock
 * datasets--OWNER--NAME/…                        the same for data sets
 * </pre>
 *
 * <p>Whatever appears here under its final name is whole: it was written aside and renamed.
 */
final class HubCache {
  private final Path root;
  private final boolean symlinks;

  HubCache(Path root, boolean symlinks) {
    this.root = root.toAbsolutePath().normalize();
    this.symlinks = symlinks;
  }

  private static String folderName(HubAddress address) {
    return address.kind().plural() + "--" + address.owner() + "--" + address.name();
  }

  Path folder(HubAddress address) {
    return root.resolve(folderName(address));
  }

  Path blob(HubAddress address, String etag) {
    return folder(address).resolve("blobs").resolve(etag);
  }

  Path lock(HubAddress address, String etag) {
    return root.resolve(".locks").resolve(folderName(address)).resolve(etag + ".lock");
  }

  Path snapshot(HubAddress address, String commit) {
    return folder(address).resolve("snapshots").resolve(commit);
  }

  /** Where a file of a commit stands, there or not; never outside of the snapshot. */
  Path pointer(HubAddress address, String commit, String file) {
    Path snapshot = snapshot(address, commit);
    try {
      Path pointer = snapshot.resolve(FileNames.check(file)).normalize();
      if (pointer.startsWith(snapshot) && !pointer.equals(snapshot)) {
        return pointer;
      }
    } catch (InvalidPathException e) {
      throw new HubException(
          address + ": '" + FileNames.shown(file) + "' cannot be a file's name on this system", e);
    }
    throw new HubException(address + ": '" + FileNames.shown(file) + "' lies outside: refused");
  }

  /** The commit that the address's revision stood for when it was last fetched. */
  Optional<String> commit(HubAddress address) {
    if (address.isPinned()) {
      return Optional.of(address.revision());
    }
    Optional<String> commit = noted(address);
    if (commit.isPresent() && !HubAddress.isCommit(commit.get())) {
      throw new HubException(
          ref(address)
              + " holds '"
              + FileNames.shown(commit.get())
              + "', expected a commit: delete it");
    }
    return commit;
  }

  /** Notes which commit the address's revision stands for. */
  void remember(HubAddress address, String commit) {
    if (!address.isPinned() && !noted(address).equals(Optional.of(commit))) {
      Path ref = ref(address);
      Disk.use("write", ref, () -> replace(ref, aside -> Files.writeString(aside, commit)));
    }
  }

  private Optional<String> noted(HubAddress address) {
    Path ref = ref(address);
    return Files.isRegularFile(ref)
        ? Optional.of(Disk.use("read", ref, () -> Files.readString(ref)).strip())
        : Optional.empty();
  }

  private Path ref(HubAddress address) {
    return folder(address).resolve("refs").resolve(address.revision());
  }

  /** The files of a commit that are here. */
  List<String> files(HubAddress address, String commit) {
    Path snapshot = snapshot(address, commit);
    if (!Files.isDirectory(snapshot)) {
      return List.of();
    }
    return Disk.use(
        "list",
        snapshot,
        () -> {
          try (Stream<Path> all = Files.walk(snapshot)) {
            return all.filter(Files::isRegularFile)
                .map(file -> snapshot.relativize(file).toString().replace('\\', '/'))
                .sorted()
                .toList();
          }
        });
  }

  /**
   * Points a snapshot's file at a blob: by a relative link, or by the content itself where there
   * are no links.
   *
   * @param fresh whether no other snapshot can need the blob, so that it may be moved
   */
  void link(Path blob, Path pointer, boolean fresh) {
    Disk.use(
        "write",
        pointer,
        () -> {
          Files.createDirectories(pointer.getParent());
          Files.deleteIfExists(pointer);
          if (symlinks && isLinked(blob, pointer)) {
            return pointer;
          }
          return fresh
              ? Files.move(blob, pointer, StandardCopyOption.ATOMIC_MOVE)
              : replace(pointer, aside -> Files.copy(blob, aside));
        });
  }

  private static boolean isLinked(Path blob, Path pointer) throws IOException {
    try {
      Files.createSymbolicLink(pointer, pointer.getParent().relativize(blob));
      return true;
    } catch (FileAlreadyExistsException sameMoment) {
      return Files.isSameFile(pointer, blob);
    } catch (UnsupportedOperationException | FileSystemException noLinksHere) {
      return false;
    }
  }

  @FunctionalInterface
  private interface Writing {
    Path to(Path aside) throws IOException;
  }

  private static Path replace(Path file, Writing writing) throws IOException {
    Files.createDirectories(file.getParent());
    Path aside = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      return Files.move(
          writing.to(aside),
          file,
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(aside);
    }
  }
}
