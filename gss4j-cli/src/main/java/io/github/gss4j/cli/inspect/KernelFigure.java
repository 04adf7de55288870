package io.github.gss4j.cli.inspect;

import io.github.gss4j.tracking.Svg;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** Plots as one SVG file, one below the other. */
final class KernelFigure {
  /** An attribute of all of them, which marks pages that hold one, too. */
  static final String MARK = "class=\"gss4j-kernels\"";

  private static final int TITLE = 26;
  private static final int PANEL = 190;
  private static final int AXIS = 44;
  private static final int LEFT = 64;
  private static final int LEGEND = 170;
  private static final int TICKS = 5;

  private final Svg svg = new Svg();
  private final int width;

  /** Where plots end; the legend is beside them, or where there is no room, below. */
  private final int right;

  private int top;

  private KernelFigure(int width, int right) {
    this.width = width;
    this.right = right;
  }

  /** The file's text. */
  static String of(List<KernelPlot> plots) {
    KernelFigure figure = new KernelFigure(860, 860 - LEGEND);
    for (KernelPlot plot : plots) {
      figure.svg.text("title", "start", LEFT, figure.top + 18, plot.title());
      figure.top += TITLE;
      if (!plot.curves().isEmpty()) {
        figure.panel(plot);
      }
    }
    return figure.svg.file(figure.width, figure.top + 4, MARK);
  }

  /** One plot, small enough for a phone, as part of a page. */
  static String small(KernelPlot plot) {
    KernelFigure figure = new KernelFigure(420, 410);
    figure.top = 8;
    figure.panel(plot);
    return figure.svg.inline(figure.width, figure.top + 18, plot.title());
  }

  private void panel(KernelPlot plot) {
    PlotScale scale = PlotScale.of(plot, TICKS);
    for (double tick : scale.yTicks()) {
      double y = y(scale, tick);
      svg.grid(LEFT, y, right, y);
      svg.text("", "end", LEFT - 6, y + 4, scale.label(tick));
    }
    for (double tick : scale.xTicks()) {
      double x = x(scale, tick);
      svg.grid(x, top, x, top + PANEL);
      svg.text("", "middle", x, top + PANEL + 16, String.format(Locale.ROOT, "%.0f", tick));
    }
    svg.text("", "middle", (LEFT + right) / 2.0, top + PANEL + 34, plot.across());
    for (int c = 0; c < plot.curves().size(); c++) {
      curve(plot.curves().get(c), c % 4, scale);
      String name = plot.curves().get(c).name();
      if (right + LEGEND <= width) {
        svg.legend(c % 4, right + 10, top + 14 + 18 * c, name);
      } else {
        svg.legend(c % 4, LEFT + c * (right - LEFT) / 4.0, top + PANEL + 54, name);
      }
    }
    top += PANEL + AXIS;
  }

  private double x(PlotScale scale, double index) {
    return LEFT + (right - LEFT) * scale.across(index);
  }

  private double y(PlotScale scale, double value) {
    return top + PANEL * (1 - scale.up(value));
  }

  /** A long curve is drawn by the least and the greatest of each column: no peak is lost. */
  private void curve(KernelPlot.Curve curve, int colour, PlotScale scale) {
    double[] values = curve.values();
    int column = Math.max(1, values.length / (right - LEFT));
    int end = scale.visible(values);
    StringJoiner points = new StringJoiner(" ");
    for (int i = 0; i < end; i += column) {
      int least = i;
      int most = i;
      for (int j = i; j < Math.min(end, i + column); j++) {
        least = values[j] < values[least] ? j : least;
        most = values[j] > values[most] ? j : most;
      }
      points.add(point(scale, Math.min(least, most), values));
      if (least != most) {
        points.add(point(scale, Math.max(least, most), values));
      }
    }
    svg.curve(colour, points.toString());
  }

  private String point(PlotScale scale, int index, double[] values) {
    return Svg.point(x(scale, index), y(scale, values[index]));
  }
}
