package io.github.gss4j.tokenizer;

/** Text that has a UTF-8 form. */
public final class WellFormed {
  private static final int REPLACEMENT = 0xfffd;

  private WellFormed() {}

  /** The text with each lone half of a surrogate pair as U+FFFD. */
  public static String of(String text) {
    if (text.codePoints().noneMatch(WellFormed::isLoneSurrogate)) {
      return text;
    }
    StringBuilder whole = new StringBuilder(text.length());
    text.codePoints()
        .map(point -> isLoneSurrogate(point) ? REPLACEMENT : point)
        .forEach(whole::appendCodePoint);
    return whole.toString();
  }

  private static boolean isLoneSurrogate(int point) {
    return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
  }
}
