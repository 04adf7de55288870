package io.github.gss4j.cli.inspect;

import java.util.List;
import java.util.Locale;

/**
 * Plots as one SVG file, one below the other. It brings its own background, light or dark as the
 * viewer prefers, so that it can be read wherever it is shown.
 */
final class KernelFigure {
  /** Stands in all of them, and in pages that hold one. */
  static final String MARK = "class=\"gss4j-kernels\"";

  private static final int WIDTH = 860;
  private static final int TITLE = 26;
  private static final int PANEL = 190;
  private static final int AXIS = 44;
  private static final int LEFT = 64;
  private static final int RIGHT = 170;
  private static final int TICKS = 5;

  private static final String STYLE =
      """
      <style>
      .paper { fill: #ffffff } text { fill: #24292f; font: 12px sans-serif }
      .title { font-weight: bold } .grid { stroke: #d0d7de } .curve { fill: none; stroke-width: 1.4 }
      .c0 { stroke: #0072b2 } .c1 { stroke: #d55e00 } .c2 { stroke: #009e73 } .c3 { stroke: #b5489a }
      @media (prefers-color-scheme: dark) {
        .paper { fill: #0d1117 } text { fill: #e6edf3 } .grid { stroke: #3d444d }
        .c0 { stroke: #56b4e9 } .c1 { stroke: #f0883e } .c2 { stroke: #3fc79a } .c3 { stroke: #e58ccb }
      }
      </style>
      """;

  private final StringBuilder svg = new StringBuilder();
  private int top;

  private KernelFigure() {}

  /** The file's text. */
  static String of(List<KernelPlot> plots) {
    KernelFigure figure = new KernelFigure();
    plots.forEach(figure::panel);
    int height = figure.top + 4;
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" %s viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\">%n"
            .formatted(MARK, WIDTH, height, WIDTH)
        + STYLE
        + "<rect class=\"paper\" width=\"%d\" height=\"%d\"/>%n".formatted(WIDTH, height)
        + figure.svg
        + "</svg>\n";
  }

  private void panel(KernelPlot plot) {
    text("title", "start", LEFT, top + 18, plot.title());
    top += TITLE;
    if (plot.curves().isEmpty()) {
      return;
    }
    PlotScale scale = PlotScale.of(plot, TICKS);
    for (double tick : scale.yTicks()) {
      double y = y(scale, tick);
      line(LEFT, y, WIDTH - RIGHT, y);
      text("", "end", LEFT - 6, y + 4, scale.label(tick));
    }
    for (double tick : scale.xTicks()) {
      double x = x(scale, tick);
      line(x, top, x, top + PANEL);
      text("", "middle", x, top + PANEL + 16, String.format(Locale.ROOT, "%.0f", tick));
    }
    text("", "middle", (LEFT + WIDTH - RIGHT) / 2.0, top + PANEL + 34, plot.across());
    for (int c = 0; c < plot.curves().size(); c++) {
      curve(plot.curves().get(c), c % 4, scale);
      double y = top + 14 + 18 * c;
      svg.append(
          "<path class=\"curve c%d\" d=\"M%d %.1fh18\"/>%n"
              .formatted(c % 4, WIDTH - RIGHT + 10, y - 4));
      text("", "start", WIDTH - RIGHT + 34, y, plot.curves().get(c).name());
    }
    top += PANEL + AXIS;
  }

  private double x(PlotScale scale, double index) {
    return LEFT + (WIDTH - RIGHT - LEFT) * scale.across(index);
  }

  private double y(PlotScale scale, double value) {
    return top + PANEL * (1 - scale.up(value));
  }

  /**
   * A long curve is drawn by the least and the greatest of each column, so that no peak is lost.
   */
  private void curve(KernelPlot.Curve curve, int colour, PlotScale scale) {
    double[] values = curve.values();
    int column = Math.max(1, values.length / (WIDTH - RIGHT - LEFT));
    int end = scale.visible(values);
    svg.append("<polyline class=\"curve c").append(colour).append("\" points=\"");
    for (int i = 0; i < end; i += column) {
      int least = i;
      int most = i;
      for (int j = i; j < Math.min(end, i + column); j++) {
        least = values[j] < values[least] ? j : least;
        most = values[j] > values[most] ? j : most;
      }
      point(scale, Math.min(least, most), values);
      if (least != most) {
        point(scale, Math.max(least, most), values);
      }
    }
    svg.append("\"/>\n");
  }

  private void point(PlotScale scale, int index, double[] values) {
    svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(scale, index), y(scale, values[index])));
  }

  private void line(double x1, double y1, double x2, double y2) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
            x1,
            y1,
            x2,
            y2));
  }

  private void text(String style, String anchor, double x, double y, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text class=\"%s\" text-anchor=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>%n",
            style,
            anchor,
            x,
            y,
            escaped(text)));
  }

  /** A text as XML and HTML have it. */
  static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
