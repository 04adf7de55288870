package io.github.gss4j.study.pathfinder;

import java.util.Arrays;
import java.util.List;

/**
 * The numbers of one of the Long Range Arena's four Pathfinder tasks, at first of the difficulty
 * {@code curv_contour_length_14} that the arena reports.
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
 * @param distractorPaddles about how many pieces all distractors have together
 * @param contrast of distractors
 * @param paddleContrast of the marked contours, times {@code contrast}
 * @param padding a border that stays empty
 * @param evenDistances whether markers are as far apart on two contours as on one
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
    int distractorPaddles,
    double contrast,
    double paddleContrast,
    int padding,
    boolean evenDistances) {
  /** 256 pixels: smaller than the arena's and with contours of 4 pieces, to learn on a CPU. */
  public static final Variant PATH16 =
      new Variant(16, 3, 1.25, 2, 0.5, List.of(1), 1.0, 4, 1, 1, 0.8, 1, false);

  /** 1,024 pixels. */
  public static final Variant PATH32 =
      new Variant(32, 7, 1.5, 2, 0.5, List.of(1), 1.0, 14, 20, 2, 0.75, 1, false);

  /** 4,096 pixels. */
  public static final Variant PATH64 =
      new Variant(64, 12, 2.5, 5, 1, List.of(1), 1.8, 14, 22, 0.8, 1, 1, false);

  /** 16,384 pixels: Path-X. */
  public static final Variant PATH128 =
      new Variant(128, 20, 3, 5, 1.5, List.of(2, 3), 1.8, 14, 35, 0.9, 1, 1, false);

  /** 65,536 pixels. */
  public static final Variant PATH256 =
      new Variant(256, 27, 5, 5, 2, List.of(3), 1.8, 14, 30, 1, 1, 22, false);

  private static final List<Variant> ALL = List.of(PATH16, PATH32, PATH64, PATH128, PATH256);

  /** Pieces of a contour in the arena's easiest difficulty, {@code curv_baseline}. */
  private static final int BASELINE = 6;

  /** Checks the contours. */
  public Variant {
    margins = List.copyOf(margins);
    if (contourLength < 2 || contourLength > 20) {
      throw new IllegalArgumentException(
          "contour-length is "
              + contourLength
              + ", expected 2 to 20; the arena has 6 (easy), 9 and 14 (hard)");
    }
  }

  /** A copy with contours of another length: the arena's difficulties are 6, 9 and 14. */
  public Variant withContourLength(int length) {
    return with(length, distractorPaddles, evenDistances);
  }

  /**
   * A copy that is easier, in images of the same size: shorter contours, and the fewer distractors
   * the shorter they are, none where contours have 2 pieces. The distance of the markers says
   * nothing of the label: with 4 pieces in 32 pixels it alone would be right in 81 % of images, and
   * no contour need be followed.
   */
  public Variant easier(int length) {
    Variant shorter = withContourLength(length);
    double share = (length - 2.0) / (contourLength - 2.0);
    int distractors = Math.toIntExact(Math.round(distractors() * share));
    return shorter.with(length, distractors * shorter.distractorLength(), true);
  }

  private Variant with(int length, int paddles, boolean even) {
    return new Variant(
        size,
        seedDistance,
        markerRadius,
        paddleLength,
        paddleThickness,
        margins,
        continuity,
        length,
        paddles,
        contrast,
        paddleContrast,
        padding,
        even);
  }

  /** Pieces of a distractor: a third of a contour's. */
  int distractorLength() {
    return Math.max(1, contourLength / 3);
  }

  /** How many contours end in no marker. */
  public int distractors() {
    return distractorPaddles / distractorLength();
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

  /** The name of its difficulty in the arena. */
  String difficulty() {
    return contourLength == BASELINE ? "curv_baseline" : "curv_contour_length_" + contourLength;
  }
}
