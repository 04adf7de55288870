package io.github.gss4j.study.pathfinder;

import io.github.gss4j.study.pathfinder.Paddle.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A row of straight pieces that turn gently, as it grows.
 *
 * <p>A piece of length ℓ begins a margin m beyond a pivot, and the next pivot lies m beyond its
 * head; the next piece turns about that by θ with weight cos²(min(continuity·θ, π/2)), where there
 * is room.
 */
final class Contour {
  /** How often a turn is drawn before a contour can go no further. */
  private static final int TRIALS = 16;

  private final Variant variant;
  private final int margin;
  private final List<Paddle> paddles = new ArrayList<>();

  /** A contour of one piece. */
  Contour(Variant variant, int margin, Paddle first) {
    this.variant = variant;
    this.margin = margin;
    paddles.add(first);
  }

  /** Its pieces from its first to its last. */
  List<Paddle> paddles() {
    return List.copyOf(paddles);
  }

  /** The end at which it began. */
  Point origin() {
    return paddles.get(0).tail();
  }

  /** The end to which it came. */
  Point terminal() {
    return last().head();
  }

  /** Goes back to its first pieces. */
  void cut(int length) {
    paddles.subList(length, paddles.size()).clear();
  }

  Paddle last() {
    return paddles.get(paddles.size() - 1);
  }

  /** Its numbers. */
  Variant variant() {
    return variant;
  }

  /** Takes the place of its last piece: growing takes that of the others. */
  void takeLast(Occupancy occupancy) {
    occupancy.take(last(), reach(variant, margin));
  }

  /** Half the width that a piece keeps free: pieces are two margins apart. */
  static double reach(Variant variant, int margin) {
    return variant.paddleThickness() / 2 + margin;
  }

  /**
   * Grows by one piece, and takes the place of the one before.
   *
   * @param others contours whose last pieces take no place yet
   * @return false where it finds no room
   */
  boolean extend(Occupancy occupancy, List<Contour> others, SplittableRandom random) {
    double direction = last().direction();
    double reach = reach(variant, margin);
    Point pivot = terminal().moved(direction, margin);
    for (int trial = 0; trial < TRIALS; trial++) {
      double angle = direction + turn(random);
      Point tail = pivot.moved(angle, margin);
      Paddle next = new Paddle(tail, tail.moved(angle, variant.paddleLength()));
      if (occupancy.isFree(next, reach)
          && others.stream().noneMatch(other -> next.distance(other.last()) <= 2 * reach)) {
        takeLast(occupancy);
        paddles.add(next);
        return true;
      }
    }
    return false;
  }

  /** θ with a density that is as cos²(continuity·θ), up to the first zero on either side. */
  private double turn(SplittableRandom random) {
    double most = Math.min(Math.PI, Math.PI / 2 / variant.continuity());
    while (true) {
      double turn = random.nextDouble(-most, most);
      double cosine = Math.cos(variant.continuity() * turn);
      if (random.nextDouble() < cosine * cosine) {
        return turn;
      }
    }
  }
}
