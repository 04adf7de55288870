package io.github.gss4j.run.files;

import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.checkpoint.CheckpointLink;
import io.github.gss4j.files.AtomicFile;
import io.github.gss4j.files.DiskSync;
import io.github.gss4j.files.FileTrees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
  private static final Logger LOG = LoggerFactory.getLogger(RunDirectory.class);

  /** Names the newest checkpoint. */
  public static final String LAST = "last";

  /** Names the checkpoint of the lowest held-out loss. */
  public static final String BEST = "best";

  /** In a checkpoint: the index of the optimizer's moments that ranks wrote in parts. */
  public static final String OPTIMIZER_INDEX = "optimizer.safetensors.index.json";

  private static final String ASIDE = ".writing";

  private static final String WRITTEN_CHECKPOINTS = CheckpointLink.CHECKPOINT + "(\\.writing)?";

  /** Names of what a run writes into its directory, but for what it has to find there. */
  private static final String WRITTEN =
      "last|best|metrics\\.jsonl|report\\.html|result\\.json|mlflow\\.id|" + WRITTEN_CHECKPOINTS;

  /** A checkpoint's files. */
  @FunctionalInterface
  public interface Content {
    /** Writes them into a directory. */
    void write(Path directory) throws IOException;
  }

  /** The file of the metrics. */
  public Path metrics() {
    return path.resolve("metrics.jsonl");
  }

  /** The file of the run's configuration. */
  public Path config() {
    return path.resolve("run.json");
  }

  /** Writes the run's configuration, whole. */
  public void writeConfig(byte[] json) throws IOException {
    AtomicFile.write(config(), json);
  }

  /** Whether a run has been here. */
  public boolean isUsed() {
    return Files.exists(config());
  }

  /**
   * Refuses a directory for a new run in which the run would replace something.
   *
   * @throws IllegalArgumentException that names what is there
   */
  public void refuseUsed() throws IOException {
    if (isUsed()) {
      throw new IllegalArgumentException(
          path + " already holds a run: choose another --out, or resume it with --resume " + path);
    }
    Optional<Path> there = SavedCheckpoint.entries(path, WRITTEN).stream().findFirst();
    if (there.isPresent()) {
      throw new IllegalArgumentException(
          there.get() + " exists, and a new run would replace it: choose another --out");
    }
  }

  /**
   * The checkpoint that {@code last} or {@code best} stands for. Where the name is lost or was
   * copied as a directory: the newest whole one, or the newest of those that were the best so far.
   */
  public Optional<Path> checkpoint(String name) {
    Path link = path.resolve(name);
    try {
      Optional<Path> named = new CheckpointLink(link).target();
      if (named.isPresent()) {
        return Optional.of(named.get().toRealPath());
      }
      for (SavedCheckpoint found : SavedCheckpoint.all(path)) {
        if ((name.equals(LAST) || found.best()) && found.isWhole()) {
          return Optional.of(found.path().toRealPath());
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new CheckpointException(link, "cannot be followed: " + reason(e), e);
    }
  }

  /**
   * Makes a directory ready for a resumed run: {@code last} and {@code best} that were copied as
   * directories become links again.
   *
   * @return the checkpoint to continue from; empty where none was written yet
   * @throws CheckpointException if something in it is not a run's and would be replaced, or no
   *     checkpoint is whole
   */
  public Optional<Path> settle() throws IOException {
    for (String name : List.of(LAST, BEST)) {
      if (Files.isDirectory(path.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
        settleCopy(path.resolve(name));
      }
      new CheckpointLink(path.resolve(name)).refuseForeign();
    }
    Optional<Path> last = checkpoint(LAST);
    long reached = last.map(RunDirectory::step).orElse(0L);
    for (Path entry : SavedCheckpoint.entries(path, WRITTEN_CHECKPOINTS)) {
      boolean own =
          SavedCheckpoint.named(entry).isPresent()
              || (entry.toString().endsWith(ASIDE) && SavedCheckpoint.isHalfWritten(entry));
      if (!own && step(entry) > reached) {
        throw new CheckpointException(
            entry, "is not a checkpoint of this run, which would replace it: move it away");
      }
    }
    List<SavedCheckpoint> all = SavedCheckpoint.all(path);
    if (last.isEmpty() && !all.isEmpty()) {
      throw new CheckpointException(
          all.get(0).path(), "is not whole, and no other checkpoint is there: copy the run again");
    }
    if (last.isEmpty()) {
      keepMetrics();
    } else if (new CheckpointLink(path.resolve(LAST)).target().isEmpty()) {
      LOG.warn("{}: the name 'last' is lost, continuing from {}", path, last.get().getFileName());
      point(LAST, last.get());
    }
    return last;
  }

  /** Puts the metrics of steps aside that are all taken again. */
  private void keepMetrics() throws IOException {
    if (!Files.exists(metrics()) || Files.size(metrics()) == 0) {
      return;
    }
    int number = 1;
    while (Files.exists(path.resolve("metrics-" + number + ".jsonl"))) {
      number++;
    }
    Path kept = path.resolve("metrics-" + number + ".jsonl");
    Files.move(metrics(), kept);
    LOG.warn("{}: no checkpoint was written, the run starts again; its metrics: {}", path, kept);
  }

  /** A copy of a checkpoint beside it goes; the only one gets the checkpoint's name. */
  private void settleCopy(Path copy) throws IOException {
    Optional<SavedCheckpoint> found = SavedCheckpoint.in(copy).filter(SavedCheckpoint::isWhole);
    Path original = path.resolve("step-" + found.map(SavedCheckpoint::step).orElse(-1L));
    boolean alone = found.isPresent() && !Files.exists(original, LinkOption.NOFOLLOW_LINKS);
    if (alone) {
      Files.move(copy, original, StandardCopyOption.ATOMIC_MOVE);
    } else if (found.isPresent() && FileTrees.areEqual(copy, original)) {
      FileTrees.delete(copy);
    } else {
      throw new CheckpointException(
          copy, "is a directory, expected a link to one of the step-N: move it away");
    }
    point(copy.getFileName().toString(), original);
  }

  /** Where a checkpoint is while it is written. */
  public Path aside(long step) {
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
    if (Files.exists(target) && inUse().contains(target.toRealPath())) {
      throw new IllegalStateException(target + " is in use, expected a step not saved before");
    }
    Path aside = aside(step);
    Path mark = aside.resolve(SavedCheckpoint.MARK);
    try {
      replace(aside, SavedCheckpoint.isHalfWritten(aside));
      Files.createDirectories(aside);
      Files.createFile(mark);
      try {
        content.write(aside);
        Files.delete(mark);
        FileTrees.syncAll(aside);
        replace(target, SavedCheckpoint.named(target).isPresent());
        Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
        DiskSync.of(path);
      } catch (IOException e) {
        FileTrees.delete(aside);
        throw e;
      }
    } catch (IOException e) {
      throw new IOException(target + ": cannot be written: " + reason(e) + kept(), e);
    }
    point(LAST, target);
    return target;
  }

  /** Deletes what is replaced, if the run wrote it. */
  private static void replace(Path directory, boolean own) throws IOException {
    if (own) {
      FileTrees.delete(directory);
    } else if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(directory + " exists and does not belong to this run: move it away");
    }
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private String kept() {
    return checkpoint(LAST)
        .map(last -> "; the checkpoint before is intact: " + last)
        .orElse("; there is no checkpoint before it");
  }

  /** Makes {@code last} or {@code best} point to a checkpoint, atomically. */
  public void point(String name, Path checkpoint) throws IOException {
    new CheckpointLink(path.resolve(name)).point(checkpoint);
    DiskSync.of(path);
  }

  /**
   * Deletes all checkpoints but the newest and those that a name points to, and what a kill left
   * half written. What the run did not write stays.
   *
   * @param keep how many of the newest stay, up to {@code last}
   */
  public void prune(int keep) throws IOException {
    Set<Path> wanted = inUse();
    long last = checkpoint(LAST).map(RunDirectory::step).orElse(0L);
    List<SavedCheckpoint> found = SavedCheckpoint.all(path);
    for (SavedCheckpoint kept : found.stream().filter(c -> c.step() <= last).limit(keep).toList()) {
      wanted.add(kept.path().toRealPath());
    }
    for (SavedCheckpoint checkpoint : found) {
      if (!wanted.contains(checkpoint.path().toRealPath())) {
        FileTrees.delete(checkpoint.path());
      }
    }
    for (Path aside : SavedCheckpoint.entries(path, CheckpointLink.CHECKPOINT + "\\" + ASIDE)) {
      if (SavedCheckpoint.isHalfWritten(aside)) {
        FileTrees.delete(aside);
      }
    }
  }

  /** The step in a checkpoint's name. */
  private static long step(Path checkpoint) {
    String number = checkpoint.getFileName().toString().substring("step-".length());
    return Long.parseLong(number.replace(ASIDE, ""));
  }

  private Set<Path> inUse() {
    Set<Path> paths = new TreeSet<>();
    checkpoint(LAST).ifPresent(paths::add);
    checkpoint(BEST).ifPresent(paths::add);
    return paths;
  }
}
