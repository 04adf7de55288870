package io.github.gss4j.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Kernels of state space layers as a web page of plain SVG: K of some channels, by lag. */
final class KernelPage {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 160;
  private static final List<String> COLOURS = List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7");

  private KernelPage() {}

  static String of(String title, List<StateSpaceFacts> layers) {
    StringBuilder page = new StringBuilder("<!doctype html>\n<meta charset=\"utf-8\">\n<title>");
    page.append(escaped(title)).append("</title>\n<h1>").append(escaped(title)).append("</h1>\n");
    for (StateSpaceFacts layer : layers) {
      page.append("<h2>").append(escaped(layer.layer())).append("</h2>\n<p>");
      page.append(escaped(layer.text())).append("</p>\n");
      svg(page, layer.kernels());
    }
    return page.toString();
  }

  private static void svg(StringBuilder page, double[][] kernels) {
    double most =
        Arrays.stream(kernels)
            .flatMapToDouble(Arrays::stream)
            .map(Math::abs)
            .filter(Double::isFinite)
            .max()
            .orElse(1);
    double scale = HEIGHT / 2.0 / Math.max(most, 1e-300);
    page.append(
        "<svg viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\"><path d=\"M0 %d H%d\" stroke=\"#999\"/>\n"
            .formatted(WIDTH, HEIGHT, WIDTH, HEIGHT / 2, WIDTH));
    for (int h = 0; h < kernels.length; h++) {
      page.append("<polyline fill=\"none\" stroke=\"").append(COLOURS.get(h % COLOURS.size()));
      page.append("\" points=\"");
      for (int l = 0; l < kernels[h].length; l++) {
        double x = (double) l * WIDTH / kernels[h].length;
        page.append(
            String.format(Locale.ROOT, "%.1f,%.2f ", x, HEIGHT / 2.0 - kernels[h][l] * scale));
      }
      page.append("\"><title>channel ").append(h).append("</title></polyline>\n");
    }
    page.append("</svg>\n");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
