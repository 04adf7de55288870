package io.github.gss4j.study.pathfinder;

import io.github.gss4j.study.pathfinder.Paddle.Point;

/** Which pixels are taken: by the border, and by pieces with their margins. */
final class Occupancy {
  private final int size;
  private final boolean[] taken;

  /** All free but a border. */
  Occupancy(int size, int padding) {
    this.size = size;
    this.taken = new boolean[size * size];
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        taken[y * size + x] = Math.min(x, y) < padding || Math.max(x, y) >= size - padding;
      }
    }
  }

  private Occupancy(Occupancy other) {
    this.size = other.size;
    this.taken = other.taken.clone();
  }

  /** The same, to be changed apart. */
  Occupancy copy() {
    return new Occupancy(this);
  }

  /** Whether no pixel within a radius of a piece is taken. */
  boolean isFree(Paddle paddle, double radius) {
    return inImage(paddle.tail()) && inImage(paddle.head()) && !visit(paddle, radius, false);
  }

  /** Takes all pixels within a radius of a piece. */
  void take(Paddle paddle, double radius) {
    visit(paddle, radius, true);
  }

  private boolean inImage(Point p) {
    return p.x() >= 0 && p.y() >= 0 && p.x() < size && p.y() < size;
  }

  /** Takes the pixels, or says whether one is taken. */
  private boolean visit(Paddle paddle, double radius, boolean take) {
    Point a = paddle.tail();
    Point b = paddle.head();
    int left = (int) Math.max(0, Math.floor(Math.min(a.x(), b.x()) - radius));
    int right = (int) Math.min(size - 1, Math.ceil(Math.max(a.x(), b.x()) + radius));
    int top = (int) Math.max(0, Math.floor(Math.min(a.y(), b.y()) - radius));
    int bottom = (int) Math.min(size - 1, Math.ceil(Math.max(a.y(), b.y()) + radius));
    for (int y = top; y <= bottom; y++) {
      for (int x = left; x <= right; x++) {
        if (paddle.distance(x + 0.5, y + 0.5) <= radius) {
          if (!take && taken[y * size + x]) {
            return true;
          }
          taken[y * size + x] |= take;
        }
      }
    }
    return false;
  }
}
