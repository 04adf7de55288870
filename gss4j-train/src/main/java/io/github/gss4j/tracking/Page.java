package io.github.gss4j.tracking;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the pages of gss4j have in common: one file that opens without a network, light or dark as
 * the reader prefers, on a phone too.
 */
public final class Page {
  private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");
  private static final String STYLE = "page.css";

  private Page() {}

  /**
   * A page without scripts.
   *
   * @param title plain text
   * @param body HTML, its texts escaped
   */
  public static String of(String title, String body) throws IOException {
    return fill("page.html", Map.of("title", Svg.escaped(title), "body", body));
  }

  /** A resource with its places filled, and the common style; what is filled in has no places. */
  static String fill(String resource, Map<String, String> contents) throws IOException {
    String style = text(STYLE);
    return PLACE
        .matcher(text(resource))
        .replaceAll(
            place ->
                Matcher.quoteReplacement(
                    place.group(1).equals("style") ? style : contents.get(place.group(1))));
  }

  private static String text(String resource) throws IOException {
    try (InputStream in = Page.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
