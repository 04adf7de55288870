package io.github.gss4j.study.pathfinder;

/**
 * One straight piece of a contour.
 *
 * @param tail where it begins
 * @param head where it ends, further along the contour
 */
record Paddle(Point tail, Point head) {
  /** A place in the image, in pixels from its upper left corner. */
  record Point(double x, double y) {
    Point moved(double angle, double distance) {
      return new Point(x + distance * Math.cos(angle), y + distance * Math.sin(angle));
    }

    double distance(Point other) {
      return Math.hypot(x - other.x, y - other.y);
    }
  }

  /** The angle at which it runs. */
  double direction() {
    return Math.atan2(head.y - tail.y, head.x - tail.x);
  }

  /** How far apart two pieces are that do not cross. */
  double distance(Paddle other) {
    return Math.min(
        Math.min(distance(other.tail.x, other.tail.y), distance(other.head.x, other.head.y)),
        Math.min(other.distance(tail.x, tail.y), other.distance(head.x, head.y)));
  }

  /** How far a place is from the nearest point of the piece. */
  double distance(double x, double y) {
    double dx = head.x - tail.x;
    double dy = head.y - tail.y;
    double along = ((x - tail.x) * dx + (y - tail.y) * dy) / (dx * dx + dy * dy);
    double share = Math.max(0, Math.min(1, along));
    return Math.hypot(x - tail.x - share * dx, y - tail.y - share * dy);
  }
}
