package io.github.gss4j.serve.decode;

import io.github.gss4j.config.Checks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How much a server takes on at once, and how much it keeps.
 *
 * @param rows how many texts are read or written at once
 * @param queue how many more may wait
 * @param rowBytes memory of their states together
 * @param cacheBytes memory for states of prompts that were read before
 * @param stateBytes memory for states that clients keep
 * @param stateLife how long an unused one is kept; zero keeps it for ever
 * @param directory where cached prompts and states are kept too; empty keeps them in memory alone
 * @param directoryBytes how much cached prompts may take there
 * @param slice how long prompts are read between two steps of those that write
 */
public record Capacity(
    int rows,
    int queue,
    long rowBytes,
    long cacheBytes,
    long stateBytes,
    Duration stateLife,
    Optional<Path> directory,
    long directoryBytes,
    Duration slice) {
  /** Decoders' gap stays under 250 ms while a long prompt is read. */
  private static final Duration SLICE = Duration.ofMillis(100);

  /** Checks the sizes. */
  public Capacity {
    Checks.atLeast(1, "max-rows", rows);
    Checks.atLeast(0, "max-queue", queue);
    Checks.atLeast(1, "row-bytes", rowBytes);
    Checks.atLeast(0, "cache-bytes", cacheBytes);
    Checks.atLeast(0, "state-bytes", stateBytes);
    Checks.atLeast(0, "state-ttl", stateLife.toSeconds());
    Checks.atLeast(0, "cache-dir-bytes", directoryBytes);
    Checks.atLeast(1, "slice", slice.toMillis());
  }

  /** 32 rows, 256 that wait; a quarter of Java's memory each for rows, cache and states. */
  public static Capacity defaults() {
    long quarter = Runtime.getRuntime().maxMemory() / 4;
    return new Capacity(
        32,
        256,
        quarter,
        quarter,
        quarter,
        Duration.ofDays(1),
        Optional.empty(),
        4 * quarter,
        SLICE);
  }

  /** A copy with other numbers of texts. */
  public Capacity withRows(int newRows, int newQueue) {
    return new Capacity(
        newRows,
        newQueue,
        rowBytes,
        cacheBytes,
        stateBytes,
        stateLife,
        directory,
        directoryBytes,
        slice);
  }

  /** A copy with other bounds of memory. */
  public Capacity withBytes(long newRowBytes, long newCacheBytes, long newStateBytes) {
    return new Capacity(
        rows,
        queue,
        newRowBytes,
        newCacheBytes,
        newStateBytes,
        stateLife,
        directory,
        directoryBytes,
        slice);
  }

  /** A copy with another life of states. */
  public Capacity withStateLife(Duration life) {
    return new Capacity(
        rows, queue, rowBytes, cacheBytes, stateBytes, life, directory, directoryBytes, slice);
  }

  /** A copy with a directory. */
  public Capacity withDirectory(Path newDirectory, long bytes) {
    return new Capacity(
        rows,
        queue,
        rowBytes,
        cacheBytes,
        stateBytes,
        stateLife,
        Optional.of(newDirectory),
        bytes,
        slice);
  }

  /** A copy with slices of another length. */
  public Capacity withSlice(Duration newSlice) {
    return new Capacity(
        rows,
        queue,
        rowBytes,
        cacheBytes,
        stateBytes,
        stateLife,
        directory,
        directoryBytes,
        newSlice);
  }
}
