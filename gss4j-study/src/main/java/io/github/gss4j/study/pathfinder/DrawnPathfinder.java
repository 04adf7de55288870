package io.github.gss4j.study.pathfinder;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;

/** Pathfinder images that are drawn when they are first asked for. Thread-safe. */
public final class DrawnPathfinder implements GreyPixels {
  /** The first images are kept: an evaluation looks at them again and again. */
  private static final int KEPT_BYTES = 64 << 20;

  private final Generator generator;
  private final int size;
  private final boolean endless;
  private final AtomicReferenceArray<byte[]> kept;

  private DrawnPathfinder(Generator generator, int size, boolean endless) {
    this.generator = generator;
    this.size = size;
    this.endless = endless;
    int pixels = generator.variant().size() * generator.variant().size();
    this.kept = new AtomicReferenceArray<>(endless ? 0 : Math.min(size, KEPT_BYTES / pixels));
  }

  /** So many images of a seed. */
  public static DrawnPathfinder of(Variant variant, long seed, int count) {
    return new DrawnPathfinder(new Generator(variant, seed, 1), count, false);
  }

  /** All images of a seed: 2³¹. */
  public static DrawnPathfinder endless(Variant variant, long seed) {
    return new DrawnPathfinder(new Generator(variant, seed, 1), Integer.MAX_VALUE, true);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public boolean isEndless() {
    return endless;
  }

  @Override
  public int[] sequence(int index) {
    if (index >= kept.length()) {
      return ids(pixels(generator.scene(index)));
    }
    byte[] known = kept.get(index);
    if (known == null) {
      known = pixels(generator.scene(index));
      kept.set(index, known);
    }
    return ids(known);
  }

  private static byte[] pixels(Scene scene) {
    return Drawing.pixels(Drawing.of(scene));
  }

  private static int[] ids(byte[] pixels) {
    return IntStream.range(0, pixels.length).map(i -> pixels[i] & 255).toArray();
  }

  @Override
  public int label(int index) {
    return generator.label(index);
  }

  @Override
  public Traced traced(int index) {
    Scene scene = generator.scene(index);
    return new Traced(ids(pixels(scene)), Drawing.path(scene));
  }
}
