package io.github.gss4j.study.pathfinder;

import io.github.gss4j.data.DataException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * Writes Pathfinder images in the arena's own layout, the same for a seed whatever the threads.
 *
 * <pre>
 * DIR/curv_contour_length_14/imgs/0/sample_0.png …
 * DIR/curv_contour_length_14/metadata/0.npy      a line of text an image, as in lra_release
 * </pre>
 *
 * <p>Of every two images in a row one has label 1, so that labels are balanced.
 *
 * @param variant which task
 * @param seed the random seed
 * @param threads that draw
 */
public record Generator(Variant variant, long seed, int threads) {
  /** Images in one directory. */
  private static final int BATCH = 1000;

  /**
   * How close two distances are that tell nothing: so many lengths of a piece, times the square of
   * how many a contour has, for the shorter it is, the less the distances of its ends differ. And
   * how often one is drawn for.
   */
  private static final double TOLERANCE = 0.01;

  private static final int DRAWS = 200;

  /** Where metadata are until all images are there: these may be drawn again. */
  private static final String ASIDE = "metadata.writing";

  /** Checks the threads. */
  public Generator {
    if (threads < 1) {
      throw new IllegalArgumentException("threads is " + threads + ", expected at least 1");
    }
  }

  /**
   * Writes images and their metadata.
   *
   * @param directory is made; must hold no metadata yet
   * @param count how many images; an even number, so that both labels come equally often
   * @param progress is told how many are written, from several threads
   * @return where images and metadata are
   * @throws DataException if there are images already, or a file cannot be written
   */
  public Path write(Path directory, int count, IntConsumer progress) {
    if (count < 2 || count % 2 != 0) {
      throw new IllegalArgumentException(
          "count is " + count + ", expected an even number of 2 or more");
    }
    Path home = directory.resolve(variant.difficulty());
    Path metadata = home.resolve("metadata");
    if (Files.exists(metadata)) {
      throw new DataException(home, "holds images already, expected a new directory");
    }
    Path aside = home.resolve(ASIDE);
    try {
      if (!Files.exists(aside) && !isEmpty(home)) {
        throw new DataException(home, "holds other files, expected a new directory");
      }
      write(home, metadata, count, progress);
    } catch (IOException e) {
      throw DataException.of(home, "cannot be written", e);
    }
    return home;
  }

  private static boolean isEmpty(Path home) throws IOException {
    if (!Files.exists(home)) {
      return true;
    }
    try (Stream<Path> files = Files.list(home)) {
      return files.findAny().isEmpty();
    }
  }

  private void write(Path home, Path metadata, int count, IntConsumer progress) throws IOException {
    Path aside = home.resolve(ASIDE);
    Files.createDirectories(aside);
    AtomicInteger done = new AtomicInteger();
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      for (int batch = 0; batch * BATCH < count; batch++) {
        String folder = "imgs/" + batch;
        Files.createDirectories(home.resolve(folder));
        List<Future<String>> lines = new ArrayList<>();
        for (int i = batch * BATCH; i < Math.min(count, (batch + 1) * BATCH); i++) {
          int image = i;
          lines.add(
              pool.submit(
                  () -> {
                    String line = write(home, folder, image);
                    progress.accept(done.incrementAndGet());
                    return line;
                  }));
        }
        List<String> written = new ArrayList<>();
        for (Future<String> line : lines) {
          written.add(line.get());
        }
        Files.write(aside.resolve(batch + ".npy"), written);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IOException(DataException.reason(e.getCause()), e);
    } finally {
      pool.shutdownNow();
    }
    Files.move(aside, metadata, StandardCopyOption.ATOMIC_MOVE);
  }

  private String write(Path home, String folder, int index) throws IOException {
    Scene scene = scene(index);
    String name = "sample_" + index % BATCH + ".png";
    ByteArrayOutputStream png = new ByteArrayOutputStream(); // ImageIO does not say why it fails
    ImageIO.write(Drawing.of(scene), "png", png);
    Files.write(home.resolve(folder).resolve(name), png.toByteArray());
    return String.format(
        Locale.ROOT,
        "%s %s %d %d %s %d %d %d %s %d 1",
        folder,
        name,
        index % BATCH,
        scene.label(),
        variant.continuity(),
        variant.contourLength(),
        variant.distractorLength(),
        variant.paddleLength(),
        variant.paddleThickness(),
        scene.margin());
  }

  /** What one image shows. */
  Scene scene(int index) {
    SplittableRandom random = random(index, 2);
    Scene scene = Scene.sample(variant, label(index), random);
    return variant.evenDistances() && scene.label() == 0
        ? as(scene(index ^ 1).markerDistance(), scene, random)
        : scene;
  }

  /** A scene of label 0 whose markers are about so far apart: the first, or the best of many. */
  private Scene as(double distance, Scene first, SplittableRandom random) {
    Scene best = first;
    int pieces = variant.contourLength();
    double close = TOLERANCE * variant.paddleLength() * pieces * pieces;
    for (int i = 0; i < DRAWS && Math.abs(best.markerDistance() - distance) > close; i++) {
      Scene next = Scene.sample(variant, 0, random);
      if (Math.abs(next.markerDistance() - distance) < Math.abs(best.markerDistance() - distance)) {
        best = next;
      }
    }
    return best;
  }

  /** Whether its markers lie on one contour. */
  int label(int index) {
    boolean first = random(index / 2, 1).nextBoolean(); // of a pair, which has label 1
    return first == (index % 2 == 0) ? 1 : 0;
  }

  /** An image's own random numbers. */
  private SplittableRandom random(int index, int purpose) {
    SplittableRandom own = new SplittableRandom(seed * 31 + purpose);
    return new SplittableRandom(own.nextLong() ^ new SplittableRandom(index).nextLong());
  }
}
