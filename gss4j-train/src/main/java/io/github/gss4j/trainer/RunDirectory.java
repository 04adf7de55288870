package io.github.gss4j.trainer;

import io.github.gss4j.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A run's directory: checkpoints {@code step-N}, the names {@code last} and {@code best} that point
 * to one each, metrics and report beside them.
 *
 * <p>A checkpoint is written aside, synced and renamed whole, and only then does {@code last} point
 * to it: a kill at any moment leaves the one before usable.
 *
 * @param path the directory
 */
public record RunDirectory(Path path) {
  /** Names the newest checkpoint. */
  public static final String LAST = "last";

  /** Names the checkpoint of the lowest held-out loss. */
  public static final String BEST = "best";

  private static final String ASIDE = ".writing";

  /** A checkpoint's files. */
  @FunctionalInterface
  public interface Content {
    /** Writes them into a directory. */
    void write(Path directory) throws IOException;
  }

  /** Where the metrics lie. */
  public Path metrics() {
    return path.resolve("metrics.jsonl");
  }

  /** Where the run's configuration lies. */
  public Path config() {
    return path.resolve("run.json");
  }

  /** Writes the run's configuration, whole. */
  public void writeConfig(byte[] json) throws IOException {
    Path aside = path.resolve(config().getFileName() + ASIDE);
    Files.write(aside, json);
    sync(aside);
    Files.move(aside, config(), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Whether a run has been here. */
  public boolean isUsed() {
    return Files.exists(config());
  }

  /** The checkpoint that {@code last} or {@code best} points to. */
  public Optional<Path> checkpoint(String name) {
    Path link = path.resolve(name);
    return Files.isDirectory(link) ? Optional.of(real(link)) : Optional.empty();
  }

  private static Path real(Path link) {
    try {
      return link.toRealPath();
    } catch (IOException e) {
      throw new CheckpointException(link, "cannot be followed: " + e.getMessage(), e);
    }
  }

  /** Where a checkpoint lies while it is written. */
  Path aside(long step) {
    return path.resolve("step-" + step + ASIDE);
  }

  /**
   * Writes a checkpoint and points {@code last} to it.
   *
   * @param step one that neither {@code last} nor {@code best} points to: a checkpoint in use is
   *     never replaced
   * @throws IOException if it cannot be written; those before are then as they were
   */
  public Path save(long step, Content content) throws IOException {
    Path target = path.resolve("step-" + step);
    if (inUse().contains(target.toAbsolutePath().normalize())) {
      throw new IllegalStateException(target + " is in use, expected a step not saved before");
    }
    Path aside = aside(step);
    deleteTree(aside);
    Files.createDirectories(aside);
    try {
      content.write(aside);
      try (Stream<Path> files = Files.list(aside)) {
        for (Path file : files.toList()) {
          sync(file);
        }
      }
      sync(aside);
      deleteTree(target);
      Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
      sync(path);
    } catch (IOException e) {
      deleteTree(aside);
      throw new IOException(target + ": cannot be written: " + reason(e) + kept(), e);
    }
    point(LAST, target);
    return target;
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private String kept() {
    return checkpoint(LAST)
        .map(last -> "; the checkpoint before is sound: " + last)
        .orElse("; there is no checkpoint before it");
  }

  /** Makes {@code last} or {@code best} point to a checkpoint, in one move. */
  public void point(String name, Path checkpoint) throws IOException {
    Path link = path.resolve(name);
    Path aside = path.resolve(name + ASIDE);
    Files.deleteIfExists(aside);
    Files.createSymbolicLink(aside, checkpoint.getFileName());
    Files.move(aside, link, StandardCopyOption.ATOMIC_MOVE);
    sync(path);
  }

  /**
   * Deletes all checkpoints but the newest and those that a name points to, and what a kill left
   * half written.
   *
   * @param keep how many of the newest stay, up to {@code last}
   */
  public void prune(int keep) throws IOException {
    Set<Path> wanted = inUse();
    long last = checkpoint(LAST).map(RunDirectory::step).orElse(0L);
    List<Path> found;
    try (Stream<Path> files = Files.list(path)) {
      found =
          files.filter(f -> f.getFileName().toString().matches("step-\\d+(\\.writing)?")).toList();
    }
    found.stream()
        .map(checkpoint -> real(checkpoint))
        .filter(checkpoint -> step(checkpoint) <= last)
        .sorted(Comparator.comparingLong(RunDirectory::step).reversed())
        .limit(keep)
        .forEach(wanted::add);
    for (Path checkpoint : found) {
      if (!wanted.contains(checkpoint.toRealPath())) {
        deleteTree(checkpoint);
      }
    }
  }

  /** The step of a checkpoint by its name; beyond all steps where it is half written. */
  private static long step(Path checkpoint) {
    String number = checkpoint.getFileName().toString().substring("step-".length());
    return number.endsWith(ASIDE) ? Long.MAX_VALUE : Long.parseLong(number);
  }

  private Set<Path> inUse() {
    Set<Path> paths = new TreeSet<>();
    checkpoint(LAST).ifPresent(paths::add);
    checkpoint(BEST).ifPresent(paths::add);
    return paths;
  }

  private static void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static void deleteTree(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (NoSuchFileException alreadyGone) {
      return;
    }
  }
}
