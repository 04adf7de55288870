package io.github.gss4j.cli.inspect;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Where a plot's values stand between its edges, and its ticks at round numbers.
 *
 * @param last the last index of the horizontal axis
 * @param low what stands at the bottom; its decimal logarithm where the axis is logarithmic
 * @param high what stands at the top, likewise
 * @param steps how many ticks there are at most, but for one
 */
record PlotScale(boolean logarithmic, int last, double low, double high, int steps) {
  /** Values that are this much smaller than the greatest are not told apart. */
  private static final double DECADES = 6;

  static PlotScale of(KernelPlot plot, int steps) {
    DoubleStream finite =
        plot.curves().stream()
            .flatMapToDouble(c -> Arrays.stream(c.values()))
            .filter(Double::isFinite);
    double[] values =
        (plot.logarithmic() ? finite.filter(v -> v > 0).map(Math::log10) : finite).toArray();
    double high = Arrays.stream(values).max().orElse(1);
    double low = Arrays.stream(values).min().orElse(0);
    if (plot.logarithmic()) {
      high = Math.ceil(high);
      low = Math.max(Math.floor(low), high - DECADES);
    }
    double margin = high > low ? (plot.logarithmic() ? 0 : 0.04 * (high - low)) : 1;
    int last = Math.max(1, plot.length() - 1);
    return new PlotScale(plot.logarithmic(), last, low - margin, high + margin, steps);
  }

  /** 0 at the left, 1 at the right. */
  double across(double index) {
    return index / last;
  }

  /** 0 at the bottom, 1 at the top. */
  double up(double value) {
    return ((logarithmic ? Math.log10(value) : value) - low) / (high - low);
  }

  /** How many values come before the first that lies below a logarithmic axis. */
  int visible(double[] values) {
    int count = 0;
    while (count < values.length && (!logarithmic || values[count] >= Math.pow(10, low))) {
      count++;
    }
    return count;
  }

  double[] xTicks() {
    return round(0, last);
  }

  double[] yTicks() {
    return logarithmic
        ? IntStream.rangeClosed((int) Math.ceil(low), (int) Math.floor(high))
            .mapToDouble(e -> Math.pow(10, e))
            .toArray()
        : round(low, high);
  }

  /** Multiples of 1, 2 or 5 times a power of ten. */
  private double[] round(double from, double to) {
    double rough = (to - from) / steps;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double step = power * (rough > 5 * power ? 10 : rough > 2 * power ? 5 : rough > power ? 2 : 1);
    return DoubleStream.iterate(Math.ceil(from / step), k -> k * step <= to, k -> k + 1)
        .map(k -> k * step + 0.0) // no -0
        .toArray();
  }

  String label(double tick) {
    return logarithmic
        ? String.format(Locale.ROOT, "%.0e", tick)
        : String.format(Locale.ROOT, "%.3g", tick)
            .replaceFirst("(\\.\\d*?)0+$", "$1")
            .replaceFirst("\\.$", "");
  }
}
