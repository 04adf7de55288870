package io.github.gss4j.study.pathfinder;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The numbers of one of the Long Range Arena's four Pathfinder tasks, all of the difficulty {@code
 * curv_contour_length_14} that the arena reports.
 *
 * <p>Tay et al. 2021 (arXiv 2011.04006), {@code lra_benchmarks/data/pathfinder.py}; the task is of
 * Linsley et al. 2018 (arXiv 1805.08315). Lengths are in pixels.
 *
 * @param size of the square image; a sequence has size² pixels
 * @param seedDistance between the first tips of the two contours
 * @param markerRadius of the discs that mark two tips
 * @param paddleLength of each straight piece of a contour
 * @param paddleThickness of the pieces
 * @param margins half the gap between two pieces; one is drawn for each image
 * @param continuity how straight contours run: the turn by θ has weight cos²(continuity·θ)
 * @param contourLength pieces of a marked contour
 * @param distractorLength pieces of a distractor
 * @param distractors contours that end in no marker
 * @param contrast of distractors
 * @param paddleContrast of the marked contours, times {@code contrast}
 * @param padding a border that stays empty
 */
public record Variant(
    int size,
    int seedDistance,
    double markerRadius,
    int paddleLength,
    double paddleThickness,
    List<Integer> margins,
    double continuity,
    int contourLength,
    int distractorLength,
    int distractors,
    double contrast,
    double paddleContrast,
    int padding) {
  /** 1,024 pixels. */
  public static final Variant PATH32 = of(32, 7, 1.5, 2, 0.5, List.of(1), 1.0, 20, 2, 0.75, 1);

  /** 4,096 pixels. */
  public static final Variant PATH64 = of(64, 12, 2.5, 5, 1, List.of(1), 1.8, 22, 0.8, 1, 1);

  /** 16,384 pixels: Path-X. */
  public static final Variant PATH128 = of(128, 20, 3, 5, 1.5, List.of(2, 3), 1.8, 35, 0.9, 1, 1);

  /** 65,536 pixels. */
  public static final Variant PATH256 = of(256, 27, 5, 5, 2, List.of(3), 1.8, 30, 1, 1, 22);

  private static final List<Variant> ALL = List.of(PATH32, PATH64, PATH128, PATH256);

  /** Copies the list. */
  public Variant {
    margins = List.copyOf(margins);
  }

  /** All have contours of 14 pieces and distractors of a third of that. */
  private static Variant of(
      int size,
      int seedDistance,
      double markerRadius,
      int paddleLength,
      double paddleThickness,
      List<Integer> margins,
      double continuity,
      int distractorPaddles,
      double contrast,
      double paddleContrast,
      int padding) {
    int contour = 14;
    int distractor = contour / 3;
    return new Variant(
        size,
        seedDistance,
        markerRadius,
        paddleLength,
        paddleThickness,
        margins,
        continuity,
        contour,
        distractor,
        distractorPaddles / distractor,
        contrast,
        paddleContrast,
        padding);
  }

  /** The variant of an image size. */
  public static Variant of(int size) {
    return ALL.stream()
        .filter(variant -> variant.size == size)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "size is "
                        + size
                        + ", expected "
                        + Arrays.toString(ALL.stream().mapToInt(Variant::size).toArray())));
  }

  /** The task's name in the arena: {@code pathfinder32}. */
  public String task() {
    return "pathfinder" + size;
  }

  /** The name of its difficulty in the arena. */
  public String difficulty() {
    return "curv_contour_length_" + contourLength;
  }

  /** The sizes that there are, as text. */
  public static String sizes() {
    return ALL.stream().map(v -> Integer.toString(v.size)).collect(Collectors.joining(", "));
  }
}
