package io.github.gss4j.study.pathfinder;

import io.github.gss4j.study.pathfinder.Paddle.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * What an image shows.
 *
 * @param variant its numbers
 * @param margin half the gap between pieces
 * @param targets the two long contours
 * @param distractors the short ones
 * @param label 1 where both markers lie on one contour
 * @param markers two tips of long contours: where one began, and where it or the other ended
 * @param path the contour from marker to marker; none with label 0
 */
record Scene(
    Variant variant,
    int margin,
    List<List<Paddle>> targets,
    List<List<Paddle>> distractors,
    int label,
    List<Point> markers,
    List<Paddle> path) {
  /** How often a distractor is begun before the whole image is begun again. */
  private static final int SEEDS = 300;

  /** How often contours go back before the image is begun again, and by how many pieces at most. */
  private static final int BACK = 100;

  private static final int MOST_BACK = 3;

  /** How far apart the markers are, in pixels. */
  double markerDistance() {
    return markers.get(0).distance(markers.get(1));
  }

  /**
   * Draws a scene by lot; the same for the same seed.
   *
   * @param label 1 where the markers are to lie on one contour, else 0; what else is in the scene
   *     does not depend on it
   */
  static Scene sample(Variant variant, int label, SplittableRandom random) {
    while (true) {
      Optional<Scene> scene = attempt(variant, label, random);
      if (scene.isPresent()) {
        return scene.get();
      }
    }
  }

  private static Optional<Scene> attempt(Variant v, int label, SplittableRandom random) {
    int margin = v.margins().get(random.nextInt(v.margins().size()));
    Occupancy empty = new Occupancy(v.size(), v.padding());
    List<Contour> targets = seeds(v, margin, empty, random);
    Optional<Occupancy> grown = targets.isEmpty() ? Optional.empty() : grow(targets, empty, random);
    if (grown.isEmpty()) {
      return Optional.empty();
    }
    Occupancy left = grown.get();
    List<List<Paddle>> distractors = new ArrayList<>();
    for (int seed = 0; seed < SEEDS && distractors.size() < v.distractors(); seed++) {
      Occupancy tried = left.copy();
      Optional<Contour> distractor = distractor(v, margin, tried, random);
      if (distractor.isPresent()) {
        distractors.add(distractor.get().paddles());
        left = tried;
      }
    }
    if (distractors.size() < v.distractors()) {
      return Optional.empty();
    }
    int from = random.nextInt(2);
    Contour begun = targets.get(from);
    Contour ended = targets.get(label == 1 ? from : 1 - from);
    return Optional.of(
        new Scene(
            v,
            margin,
            targets.stream().map(Contour::paddles).toList(),
            List.copyOf(distractors),
            label,
            List.of(begun.origin(), ended.terminal()),
            label == 1 ? begun.paddles() : List.of()));
  }

  /** The first pieces of the two long contours, in the middle of the image; else nothing. */
  private static List<Contour> seeds(
      Variant v, int margin, Occupancy occupancy, SplittableRandom random) {
    double border = 2.0 * v.seedDistance();
    double reach = Contour.reach(v, margin);
    Point tail =
        new Point(
            border + random.nextDouble() * (v.size() - 2 * border),
            border + random.nextDouble() * (v.size() - 2 * border));
    Contour first = seed(v, margin, tail, random);
    Point other = tail.moved(random.nextDouble(2 * Math.PI), v.seedDistance());
    Contour second = seed(v, margin, other, random);
    Occupancy withFirst = occupancy.copy();
    withFirst.take(first.last(), reach);
    boolean free = occupancy.isFree(first.last(), reach) && withFirst.isFree(second.last(), reach);
    return free ? List.of(first, second) : List.of();
  }

  /**
   * Grows the two long contours by turns. Where one can go nowhere both go back a few pieces: to
   * begin again each time, as the arena's generator does, would take up to 10,000 attempts.
   *
   * @return what they take up; nothing where they went back too often
   */
  private static Optional<Occupancy> grow(
      List<Contour> targets, Occupancy empty, SplittableRandom random) {
    Variant v = targets.get(0).variant();
    Occupancy[] before = new Occupancy[v.contourLength()]; // what is taken when a piece is added
    before[0] = empty;
    int length = 1;
    for (int back = 0; back <= BACK; ) {
      Occupancy occupancy = before[length - 1].copy();
      if (targets.get(0).extend(occupancy, targets.subList(1, 2), random)
          && targets.get(1).extend(occupancy, targets.subList(0, 1), random)) {
        before[length++] = occupancy;
        if (length == v.contourLength()) {
          targets.forEach(target -> target.takeLast(occupancy));
          return Optional.of(occupancy);
        }
      } else {
        back++;
        length = Math.max(1, length - random.nextInt(MOST_BACK + 1));
        int to = length;
        targets.forEach(target -> target.cut(to));
      }
    }
    return Optional.empty();
  }

  private static Contour seed(Variant v, int margin, Point tail, SplittableRandom random) {
    double direction = random.nextDouble(2 * Math.PI);
    Paddle paddle = new Paddle(tail, tail.moved(direction, v.paddleLength()));
    return new Contour(v, margin, paddle);
  }

  private static Optional<Contour> distractor(
      Variant v, int margin, Occupancy occupancy, SplittableRandom random) {
    Point tail = new Point(random.nextDouble(v.size()), random.nextDouble(v.size()));
    Contour contour = seed(v, margin, tail, random);
    if (!occupancy.isFree(contour.last(), Contour.reach(v, margin))) {
      return Optional.empty();
    }
    for (int piece = 1; piece < v.distractorLength(); piece++) {
      if (!contour.extend(occupancy, List.of(), random)) {
        return Optional.empty();
      }
    }
    contour.takeLast(occupancy);
    return Optional.of(contour);
  }
}
