package io.github.gss4j.files;

/** Messages that quote the content of files. */
public final class OneLine {
  private static final int LONGEST = 1000;

  private OneLine() {}

  /** A text with spaces for line ends and without control characters, cut where it is very long. */
  public static String of(String text) {
    String cut = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    return cut.replaceAll("\\R", " ").replaceAll("\\p{Cc}", "");
  }
}
