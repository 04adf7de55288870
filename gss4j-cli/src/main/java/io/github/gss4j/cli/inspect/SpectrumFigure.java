package io.github.gss4j.cli.inspect;

import io.github.gss4j.layers.Eigenvalues;
import io.github.gss4j.tracking.Svg;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The modes of state spaces as parts of a page. */
final class SpectrumFigure {
  private static final int SIZE = 260;
  private static final int RADIUS = 124;
  private static final int WIDTH = 420;
  private static final int LEFT = 60;
  private static final int RIGHT = 30; // half of the last number
  private static final int ROW = 26;

  private SpectrumFigure() {}

  /** Eigenvalues e^Λ in the unit disc. */
  static String disc(StateSpaceFacts layer) {
    double middle = SIZE / 2.0;
    Svg svg = new Svg();
    svg.add(
        String.format(
            Locale.ROOT,
            "<circle class=\"rim\" cx=\"%.0f\" cy=\"%.0f\" r=\"%d\"/>\n",
            middle,
            middle,
            RADIUS));
    svg.grid(middle - RADIUS, middle, middle + RADIUS, middle);
    svg.grid(middle, middle - RADIUS, middle, middle + RADIUS);
    Eigenvalues modes = layer.modes();
    for (int n = 0; n < modes.lambdaRe().length; n++) {
      double radius = RADIUS * Math.exp(modes.lambdaRe()[n]);
      dot(
          svg,
          middle + radius * Math.cos(modes.lambdaIm()[n]),
          middle - radius * Math.sin(modes.lambdaIm()[n]));
    }
    return svg.inline(SIZE, SIZE, "eigenvalues of " + layer.layer());
  }

  /** Time constants of all layers on one logarithmic axis, a row a layer. */
  static String memory(List<StateSpaceFacts> layers) {
    double[] all = layers.stream().flatMapToDouble(l -> Arrays.stream(l.tokens())).toArray();
    int low = (int) Math.floor(Math.log10(Arrays.stream(all).min().orElse(1)));
    int high = Math.max(low + 1, (int) Math.ceil(Math.log10(Arrays.stream(all).max().orElse(10))));
    int bottom = 8 + ROW * layers.size();
    Svg svg = new Svg();
    for (int decade = low; decade <= high; decade++) {
      double x = x(decade, low, high);
      svg.grid(x, 8, x, bottom);
      String label =
          String.format(
              Locale.ROOT, decade < 0 ? "%." + -decade + "f" : "%,.0f", Math.pow(10, decade));
      svg.text("", "middle", x, bottom + 16, label);
    }
    for (int row = 0; row < layers.size(); row++) {
      double y = 8 + ROW * (row + 0.5);
      svg.text("", "end", LEFT - 8, y + 4, layers.get(row).layer().replaceFirst("^layers\\.", ""));
      for (double tokens : layers.get(row).tokens()) {
        dot(svg, x(Math.log10(tokens), low, high), y);
      }
    }
    svg.text("", "middle", (LEFT + WIDTH - RIGHT) / 2.0, bottom + 34, "tokens");
    return svg.inline(WIDTH, bottom + 40, "time constants of all layers");
  }

  private static double x(double exponent, int low, int high) {
    return LEFT + (WIDTH - RIGHT - LEFT) * (exponent - low) / (high - low);
  }

  private static void dot(Svg svg, double x, double y) {
    if (Double.isFinite(x) && Double.isFinite(y)) {
      svg.add(
          String.format(
              Locale.ROOT, "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>\n", x, y));
    }
  }
}
