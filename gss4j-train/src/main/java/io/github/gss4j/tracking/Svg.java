package io.github.gss4j.tracking;

import java.util.Locale;

/** A plot as an SVG file, with its own background, light or dark as the viewer prefers. */
public final class Svg {
  private static final String[] LIGHT = {
    "#0072b2", "#d55e00", "#009e73", "#b5489a", "#8a6d00", "#444c56", "#7b3ff2", "#c0392b"
  };
  private static final String[] DARK = {
    "#56b4e9", "#f0883e", "#3fc79a", "#e58ccb", "#e3c44f", "#adbac7", "#b294ff", "#ff8a80"
  };

  /** How many colours there are. */
  public static final int COLOURS = LIGHT.length;

  private final StringBuilder content = new StringBuilder();

  /** A line of the grid. */
  public Svg grid(double x1, double y1, double x2, double y2) {
    return add(
        String.format(
            Locale.ROOT,
            "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
            x1,
            y1,
            x2,
            y2));
  }

  /**
   * A text.
   *
   * @param style {@code title} or empty
   * @param anchor {@code start}, {@code middle} or {@code end}
   */
  public Svg text(String style, String anchor, double x, double y, String text) {
    return add(
        String.format(
            Locale.ROOT,
            "<text class=\"%s\" text-anchor=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
            style,
            anchor,
            x,
            y,
            escaped(text)));
  }

  /** A line of the legend. */
  public Svg legend(int colour, double x, double y, String name) {
    return add(String.format(
            Locale.ROOT, "<path class=\"curve c%d\" d=\"M%.0f %.1fh18\"/>\n", colour, x, y - 4))
        .text("", "start", x + 24, y, name);
  }

  /**
   * A curve.
   *
   * @param points {@code x,y} with spaces between
   */
  public Svg curve(int colour, String points) {
    return add("<polyline class=\"curve c" + colour + "\" points=\"" + points + "\"/>\n");
  }

  /** An area about a curve, as {@link #curve}. */
  public Svg band(int colour, String points) {
    return add("<polygon class=\"band b" + colour + "\" points=\"" + points + "\"/>\n");
  }

  /** Any other element. */
  public Svg add(String element) {
    content.append(element);
    return this;
  }

  /** A point of a curve. */
  public static String point(double x, double y) {
    return String.format(Locale.ROOT, "%.1f,%.1f", x, y);
  }

  /**
   * The file's text.
   *
   * @param attributes of its root; possibly empty
   */
  public String file(int width, int height, String attributes) {
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" %s viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\">\n"
            .formatted(attributes, width, height, width)
        + style()
        + "<rect class=\"paper\" width=\"%d\" height=\"%d\"/>\n".formatted(width, height)
        + content
        + "</svg>\n";
  }

  /** As part of a {@link Page}, whose style it takes; as wide as there is room. */
  public String inline(int width, int height, String label) {
    return "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n"
            .formatted(width, height, escaped(label).replace("\"", "&quot;"))
        + content
        + "</svg>\n";
  }

  private static String style() {
    return """
    <style>
    .paper { fill: #ffffff } text { fill: #24292f; font: 12px sans-serif }
    .title { font-weight: bold } .grid { stroke: #d0d7de } .curve { fill: none; stroke-width: 1.5 }
    .band { opacity: 0.18 } %s
    @media (prefers-color-scheme: dark) {
      .paper { fill: #0d1117 } text { fill: #e6edf3 } .grid { stroke: #3d444d } %s
    }
    </style>
    """
        .formatted(colours(LIGHT), colours(DARK));
  }

  private static String colours(String[] colours) {
    StringBuilder css = new StringBuilder();
    for (int i = 0; i < colours.length; i++) {
      css.append(".c%d { stroke: %s } .b%d { fill: %s } ".formatted(i, colours[i], i, colours[i]));
    }
    return css.toString();
  }

  /** Escapes a text for XML and HTML. */
  public static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
