package io.github.gss4j.study;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * Lines with the spread about them, as one SVG file that brings its own background, light or dark
 * as the viewer prefers.
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
  private static final String[] LIGHT = {
    "#0072b2", "#d55e00", "#009e73", "#b5489a", "#8a6d00", "#444c56", "#7b3ff2", "#c0392b"
  };
  private static final String[] DARK = {
    "#56b4e9", "#f0883e", "#3fc79a", "#e58ccb", "#e3c44f", "#adbac7", "#b294ff", "#ff8a80"
  };

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
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\">\n"
            .formatted(WIDTH, HEIGHT, WIDTH));
    svg.append(style());
    svg.append("<rect class=\"paper\" width=\"%d\" height=\"%d\"/>\n".formatted(WIDTH, HEIGHT));
    text(svg, "title", "start", LEFT, 22, title);
    Axis x = Axis.of(values(p -> DoubleStream.of(p.x())), doubling);
    Axis y = Axis.of(values(p -> DoubleStream.of(p.y(), p.low(), p.high())), false);
    for (double tick : y.ticks()) {
      double at = down(y.share(tick));
      line(svg, LEFT, at, WIDTH - RIGHT, at);
      text(svg, "", "end", LEFT - 6, at + 4, label(tick));
    }
    for (double tick : x.ticks()) {
      double at = along(x.share(tick));
      line(svg, at, TOP, at, HEIGHT - BOTTOM);
      text(svg, "", "middle", at, HEIGHT - BOTTOM + 16, label(tick));
    }
    text(svg, "", "middle", (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 14, across);
    svg.append("<g transform=\"rotate(-90)\">");
    text(svg, "", "middle", -(TOP + HEIGHT - BOTTOM) / 2.0, 16, up);
    svg.append("</g>\n");
    for (int i = 0; i < lines.size(); i++) {
      draw(svg, lines.get(i), i % LIGHT.length, x, y);
      double at = TOP + 14 + 18.0 * i;
      svg.append(
          String.format(
              Locale.ROOT,
              "<path class=\"curve c%d\" d=\"M%d %.1fh18\"/>\n",
              i % LIGHT.length,
              WIDTH - RIGHT + 12,
              at - 4));
      text(svg, "", "start", WIDTH - RIGHT + 36, at, lines.get(i).name());
    }
    return svg.append("</svg>\n").toString();
  }

  private static String style() {
    StringBuilder light = new StringBuilder();
    StringBuilder dark = new StringBuilder();
    for (int i = 0; i < LIGHT.length; i++) {
      light.append(".c%d { stroke: %s } .b%d { fill: %s } ".formatted(i, LIGHT[i], i, LIGHT[i]));
      dark.append(".c%d { stroke: %s } .b%d { fill: %s } ".formatted(i, DARK[i], i, DARK[i]));
    }
    return """
        <style>
        .paper { fill: #ffffff } text { fill: #24292f; font: 12px sans-serif }
        .title { font-weight: bold } .grid { stroke: #d0d7de } .curve { fill: none; stroke-width: 1.6 }
        .band { opacity: 0.18 } %s
        @media (prefers-color-scheme: dark) {
          .paper { fill: #0d1117 } text { fill: #e6edf3 } .grid { stroke: #3d444d } %s
        }
        </style>
        """
        .formatted(light, dark);
  }

  private void draw(StringBuilder svg, Line line, int colour, Axis x, Axis y) {
    List<String> curve = new ArrayList<>();
    List<String> band = new ArrayList<>();
    List<String> back = new ArrayList<>();
    for (Point p : line.points()) {
      curve.add(pair(x, y, p.x(), p.y()));
      band.add(pair(x, y, p.x(), p.high()));
      back.add(0, pair(x, y, p.x(), p.low()));
    }
    band.addAll(back);
    svg.append(
        "<polygon class=\"band b%d\" points=\"%s\"/>\n".formatted(colour, String.join(" ", band)));
    svg.append(
        "<polyline class=\"curve c%d\" points=\"%s\"/>\n"
            .formatted(colour, String.join(" ", curve)));
  }

  private String pair(Axis x, Axis y, double across, double up) {
    return String.format(Locale.ROOT, "%.1f,%.1f", along(x.share(across)), down(y.share(up)));
  }

  private static double along(double share) {
    return LEFT + (WIDTH - RIGHT - LEFT) * share;
  }

  private static double down(double share) {
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * share;
  }

  private double[] values(java.util.function.Function<Point, DoubleStream> of) {
    return lines.stream().flatMap(l -> l.points().stream()).flatMapToDouble(of).toArray();
  }

  private static void line(StringBuilder svg, double x1, double y1, double x2, double y2) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
            x1,
            y1,
            x2,
            y2));
  }

  private static void text(
      StringBuilder svg, String style, String anchor, double x, double y, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text class=\"%s\" text-anchor=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
            style,
            anchor,
            x,
            y,
            text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")));
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

  /** Where values stand between the two ends of an axis. */
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
