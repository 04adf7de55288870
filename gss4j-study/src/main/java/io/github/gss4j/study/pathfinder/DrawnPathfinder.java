package io.github.gss4j.study.pathfinder;

import io.github.gss4j.batches.LabelledSequences;
import java.util.stream.IntStream;

/**
 * Pathfinder images that are drawn when they are asked for. Thread-safe.
 *
 * @param generator says what each shows
 * @param size how many there are
 * @param isEndless whether there are so many that none need be taken twice
 */
public record DrawnPathfinder(Generator generator, int size, boolean isEndless)
    implements LabelledSequences {
  /** So many images of a seed. */
  public static DrawnPathfinder of(Variant variant, long seed, int count) {
    return new DrawnPathfinder(new Generator(variant, seed, 1), count, false);
  }

  /** All images of a seed: 2³¹. */
  public static DrawnPathfinder endless(Variant variant, long seed) {
    return new DrawnPathfinder(new Generator(variant, seed, 1), Integer.MAX_VALUE, true);
  }

  @Override
  public int numClasses() {
    return 2;
  }

  @Override
  public int numTokens() {
    return 256;
  }

  @Override
  public int[] sequence(int index) {
    byte[] pixels = Drawing.pixels(generator.image(index));
    return IntStream.range(0, pixels.length).map(i -> pixels[i] & 255).toArray();
  }

  @Override
  public int label(int index) {
    return generator.label(index);
  }

  @Override
  public int[] path(int index) {
    return Drawing.path(generator.scene(index));
  }
}
