package io.github.gss4j.study.pathfinder;

import io.github.gss4j.batches.LabelledSequences;
import io.github.gss4j.data.DataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pathfinder images on disk: those of {@link Generator}, and those of the arena's release {@code
 * lra_release}, whose {@code metadata/N.npy} are plain text despite their name.
 *
 * <p>A line of metadata is {@code folder file number label continuity …}; images are decoded when
 * they are asked for. Thread-safe.
 *
 * @param entries in the order of files and lines
 * @param size of the square images
 * @param empty how many empty image files were left out, as the arena leaves them out
 */
public record PathfinderImages(List<Entry> entries, int size, int empty) {
  private static final Logger LOG = LoggerFactory.getLogger(PathfinderImages.class);
  private static final int FOLDER = 0;
  private static final int FILE = 1;
  private static final int LABEL = 3;

  /**
   * One image.
   *
   * @param file a PNG
   * @param label 1 where both markers lie on one contour
   */
  public record Entry(Path file, int label) {}

  /**
   * Looks at a directory.
   *
   * @param directory of one difficulty, with {@code metadata} in it, or of a task with one
   *     difficulty
   * @throws DataException if there is no metadata, or it cannot be understood
   */
  public static PathfinderImages open(Path directory) {
    Path home = home(directory);
    List<Entry> entries = new ArrayList<>();
    int empty = 0;
    Path firstEmpty = null;
    try {
      for (Path file : metadata(home)) {
        for (Entry entry : lines(home, file)) {
          if (Files.size(entry.file()) == 0) {
            firstEmpty = empty++ == 0 ? entry.file() : firstEmpty;
          } else {
            entries.add(entry);
          }
        }
      }
    } catch (IOException e) {
      throw DataException.of(home, "cannot be read", e);
    }
    if (entries.isEmpty()) {
      throw new DataException(home, "holds no images, expected some in metadata/*.npy");
    }
    if (empty > 0) {
      LOG.warn("{}: {} image files are empty and left out, the first {}", home, empty, firstEmpty);
    }
    int size = GreyImage.read(entries.get(0).file()).size();
    return new PathfinderImages(List.copyOf(entries), size, empty);
  }

  /** Whether a directory looks like one of this task. */
  public static boolean isAt(Path directory) {
    return Files.isDirectory(directory) && (hasMetadata(directory) || homes(directory).size() == 1);
  }

  private static Path home(Path directory) {
    if (hasMetadata(directory)) {
      return directory;
    }
    List<Path> within = Files.isDirectory(directory) ? homes(directory) : List.of();
    if (within.size() != 1) {
      throw new DataException(
          directory,
          within.isEmpty()
              ? "holds no Pathfinder images, expected a directory metadata in it"
              : "holds " + within.size() + " difficulties, expected the path of one of them");
    }
    return within.get(0);
  }

  private static boolean hasMetadata(Path directory) {
    return Files.isDirectory(directory.resolve("metadata"));
  }

  private static List<Path> homes(Path directory) {
    try (Stream<Path> within = Files.list(directory)) {
      return within.filter(PathfinderImages::hasMetadata).sorted().toList();
    } catch (IOException e) {
      throw DataException.of(directory, "cannot be read", e);
    }
  }

  private static List<Path> metadata(Path home) throws IOException {
    try (Stream<Path> files = Files.list(home.resolve("metadata"))) {
      return files
          .filter(file -> file.toString().endsWith(".npy"))
          .sorted(
              Comparator.comparingInt((Path file) -> file.getFileName().toString().length())
                  .thenComparing(Comparator.naturalOrder()))
          .toList();
    }
  }

  private static List<Entry> lines(Path home, Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    if (bytes.length > 0 && bytes[0] == (byte) 0x93) {
      throw new DataException(
          file,
          "is a NumPy array, expected lines of text as in lra_release: write it again"
              + " by numpy.savetxt with the format of strings");
    }
    List<Entry> entries = new ArrayList<>();
    for (String line : new String(bytes, StandardCharsets.UTF_8).lines().toList()) {
      if (!line.isBlank()) {
        entries.add(entry(home, file, line));
      }
    }
    return entries;
  }

  private static Entry entry(Path home, Path file, String line) {
    String[] fields = line.strip().split(" +", -1);
    if (fields.length <= LABEL || !fields[LABEL].matches("[01]")) {
      throw new DataException(
          file,
          "has the line '"
              + (line.length() <= 60 ? line : line.substring(0, 60) + "…")
              + "', expected 'folder file number label …' with a label of 0 or 1");
    }
    Path image = image(home, file, fields);
    if (!image.startsWith(home.normalize())) {
      throw new DataException(file, "names '" + image + "', expected a file in " + home);
    }
    return new Entry(image, Integer.parseInt(fields[LABEL]));
  }

  private static Path image(Path home, Path file, String[] fields) {
    try {
      return home.resolve(fields[FOLDER]).resolve(fields[FILE]).normalize();
    } catch (InvalidPathException e) {
      throw new DataException(file + ": names no file: " + e.getReason(), e);
    }
  }

  /**
   * An image's grey values, row by row.
   *
   * @return size² numbers from 0 to 255
   */
  public int[] pixels(int index) {
    Path file = entries.get(index).file();
    GreyImage image = GreyImage.read(file);
    if (image.size() != size) {
      throw new DataException(
          file,
          String.format(
              "is %1$d × %1$d, expected %2$d × %2$d as the first image", image.size(), size));
    }
    return image.pixels();
  }

  /** As a classifier reads them: lines of pixels, of one class of two. */
  public LabelledSequences labelled() {
    return new GreyPixels() {
      @Override
      public int size() {
        return entries.size();
      }

      @Override
      public int[] sequence(int index) {
        return pixels(index);
      }

      @Override
      public int label(int index) {
        return entries.get(index).label();
      }
    };
  }
}
