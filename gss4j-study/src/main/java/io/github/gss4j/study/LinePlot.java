package io.github.gss4j.study;

import io.github.gss4j.tracking.Svg;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/**
 * Lines with the spread about them, as one SVG file.
 *
 * @param title above
 * @param across what the horizontal axis is
 * @param up what the vertical axis is
 * @param doubling whether each step along the horizontal axis doubles the value
 * @param lines at least one of at least one point
 */
record LinePlot(String title, String across, String up, boolean doubling, List<Line> lines) {
  private static final int WIDTH = 860;
  private static final int HEIGHT = 420;
  private static final int LEFT = 70;
  private static final int RIGHT = 190;
  private static final int TOP = 36;
  private static final int BOTTOM = 52;
  private static final int TICKS = 6;

  /**
   * A point, and how far the seeds spread.
   *
   * @param low the least over the seeds
   * @param high the greatest
   */
  record Point(double x, double y, double low, double high) {}

  /** A line with its name in the legend. */
  record Line(String name, List<Point> points) {}

  /** The file's text. */
  String svg() {
    Svg svg = new Svg();
    svg.text("title", "start", LEFT, 22, title);
    Axis x = Axis.of(values(p -> DoubleStream.of(p.x())), doubling);
    Axis y = Axis.of(values(p -> DoubleStream.of(p.y(), p.low(), p.high())), false);
    for (double tick : y.ticks()) {
      double at = down(y.share(tick));
      svg.grid(LEFT, at, WIDTH - RIGHT, at);
      svg.text("", "end", LEFT - 6, at + 4, label(tick));
    }
    for (double tick : x.ticks()) {
      double at = along(x.share(tick));
      svg.grid(at, TOP, at, HEIGHT - BOTTOM);
      svg.text("", "middle", at, HEIGHT - BOTTOM + 16, label(tick));
    }
    svg.text("", "middle", (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 14, across);
    svg.add("<g transform=\"rotate(-90)\">");
    svg.text("", "middle", -(TOP + HEIGHT - BOTTOM) / 2.0, 16, up);
    svg.add("</g>\n");
    for (int i = 0; i < lines.size(); i++) {
      int colour = i % Svg.COLOURS;
      draw(svg, lines.get(i), colour, x, y);
      svg.legend(colour, WIDTH - RIGHT + 12, TOP + 14 + 18.0 * i, lines.get(i).name());
    }
    return svg.file(WIDTH, HEIGHT, "");
  }

  private void draw(Svg svg, Line line, int colour, Axis x, Axis y) {
    List<String> curve = new ArrayList<>();
    List<String> band = new ArrayList<>();
    List<String> back = new ArrayList<>();
    for (Point p : line.points()) {
      curve.add(pair(x, y, p.x(), p.y()));
      band.add(pair(x, y, p.x(), p.high()));
      back.add(0, pair(x, y, p.x(), p.low()));
    }
    band.addAll(back);
    svg.band(colour, String.join(" ", band)).curve(colour, String.join(" ", curve));
  }

  private String pair(Axis x, Axis y, double across, double up) {
    return Svg.point(along(x.share(across)), down(y.share(up)));
  }

  private static double along(double share) {
    return LEFT + (WIDTH - RIGHT - LEFT) * share;
  }

  private static double down(double share) {
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * share;
  }

  private double[] values(Function<Point, DoubleStream> of) {
    return lines.stream().flatMap(l -> l.points().stream()).flatMapToDouble(of).toArray();
  }

  private static String label(double tick) {
    double size = Math.abs(tick);
    if (size >= 1e6) {
      return digits(tick / 1e6) + "M";
    }
    return size >= 1e4 ? String.format(Locale.ROOT, "%.0fk", tick / 1e3) : digits(tick);
  }

  private static String digits(double value) {
    String digits = String.format(Locale.ROOT, "%.3f", value);
    return digits.replaceFirst("0+$", "").replaceFirst("\\.$", "");
  }

  /** Where values are between the two ends of an axis. */
  private record Axis(double low, double high, boolean doubling) {
    static Axis of(double[] values, boolean doubling) {
      double[] finite = DoubleStream.of(values).filter(Double::isFinite).toArray();
      double low = DoubleStream.of(finite).min().orElse(0);
      double high = DoubleStream.of(finite).max().orElse(1);
      return high > low ? new Axis(low, high, doubling) : new Axis(low - 0.5, low + 0.5, false);
    }

    double share(double value) {
      return doubling ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
    }

    List<Double> ticks() {
      List<Double> ticks = new ArrayList<>();
      if (doubling) {
        int skip = 1 + (int) (Math.log(high / low) / Math.log(2) / (2 * TICKS));
        for (double tick = low; tick <= high * 1.001; tick *= Math.pow(2, skip)) {
          ticks.add(tick);
        }
        return ticks;
      }
      double rough = (high - low) / TICKS;
      double power = Math.pow(10, Math.floor(Math.log10(rough)));
      double step =
          power * (rough > 5 * power ? 10 : rough > 2 * power ? 5 : rough > power ? 2 : 1);
      for (double tick = Math.ceil(low / step) * step; tick <= high; tick += step) {
        ticks.add(tick);
      }
      return ticks;
    }
  }
}
