package io.github.gss4j.cli.inspect;

import io.github.gss4j.tracking.Svg;
import java.util.List;

/** A model's kernels and time constants as a web page that needs nothing else. */
final class KernelPage {
  private KernelPage() {}

  static String of(String title, List<StateSpaceFacts> layers, List<KernelPlot> plots) {
    String name = Svg.escaped(title);
    StringBuilder page =
        new StringBuilder(
            "<!doctype html>\n<meta charset=\"utf-8\">\n<title>%s</title>\n<h1>%s</h1>\n"
                .formatted(name, name));
    layers.forEach(l -> page.append("<p>").append(Svg.escaped(l.text())).append("</p>\n"));
    return page + KernelFigure.of(plots);
  }
}
