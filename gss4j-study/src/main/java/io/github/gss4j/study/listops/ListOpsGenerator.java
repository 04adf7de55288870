package io.github.gss4j.study.listops;

import io.github.gss4j.data.DataException;
import io.github.gss4j.files.AtomicFile;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;

/**
 * Writes ListOps in the arena's layout: {@code basic_train.tsv}, {@code basic_val.tsv} and {@code
 * basic_test.tsv}, a line {@code Source<tab>Target} an expression, none twice.
 *
 * @param maxDepth how deep expressions are nested; the arena has 10
 * @param maxArgs the most arguments of an operation; the arena has 10
 * @param minLength the least tokens of an expression are one more; the arena has 500
 * @param maxLength the most tokens are one less; the arena has 2,000
 * @param seed the random seed
 */
public record ListOpsGenerator(int maxDepth, int maxArgs, int minLength, int maxLength, long seed) {
  /** Rejected in a row before no more expressions of that length are expected. */
  private static final int PATIENCE = 5_000_000;

  /** Checks the sizes. */
  public ListOpsGenerator {
    check(maxDepth >= 2 && maxDepth <= 20, "max-depth", maxDepth, "2 to 20");
    check(maxArgs >= 2 && maxArgs <= 100, "max-args", maxArgs, "2 to 100");
    check(minLength >= 1, "min-length", minLength, "at least 1");
    check(maxLength > minLength + 1, "max-length", maxLength, "more than min-length + 1");
  }

  private static void check(boolean holds, String name, int value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(name + " is " + value + ", expected " + expected);
    }
  }

  /**
   * Writes the three files.
   *
   * @param directory is made; must hold none of them
   * @param train how many expressions; the arena has 96,000
   * @param heldOut how many each of the other two have; the arena has 2,000
   * @param progress is told how many are written
   */
  public void write(Path directory, int train, int heldOut, IntConsumer progress) {
    check(train >= 1, "count", train, "at least 1");
    check(heldOut >= 1, "held-out", heldOut, "at least 1");
    SplittableRandom random = new SplittableRandom(seed);
    Set<Long> seen = new HashSet<>();
    try {
      for (ListOps.Part part : ListOps.Part.values()) {
        if (Files.exists(part.file(directory))) {
          throw new DataException(part.file(directory), "already exists, expected a new directory");
        }
      }
      for (ListOps.Part part : ListOps.Part.values()) {
        int count = part == ListOps.Part.TRAIN ? train : heldOut;
        AtomicFile.write(
            part.file(directory),
            aside -> {
              try (BufferedWriter writer = Files.newBufferedWriter(aside)) {
                writer.write("Source\tTarget\n");
                for (int i = 0; i < count; i++) {
                  writer.write(next(random, seen));
                  progress.accept(seen.size());
                }
              }
            });
      }
    } catch (IOException e) {
      throw DataException.of(directory, "cannot be written", e);
    }
  }

  /** Of 64 bits: two expressions that share one are taken for the same. */
  private static long hash(String text) {
    return text.chars().asLongStream().reduce(7, (hash, c) -> hash * 0x9e3779b97f4a7c15L + c);
  }

  private String next(SplittableRandom random, Set<Long> seen) {
    for (int trial = 0; trial < PATIENCE; trial++) {
      Expression expression = Expression.sample(1, maxDepth, maxArgs, random);
      int length = expression.length();
      if (length > minLength && length < maxLength) {
        String text = expression.text();
        if (seen.add(hash(text))) {
          return text + "\t" + expression.value() + "\n";
        }
      }
    }
    throw new DataException(
        "no new expression of "
            + minLength
            + " to "
            + maxLength
            + " tokens was found after "
            + seen.size()
            + ", expected more: choose a greater max-depth, max-args or range of lengths");
  }
}
