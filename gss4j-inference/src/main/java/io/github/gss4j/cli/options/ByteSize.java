package io.github.gss4j.cli.options;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes of files as people write them: 500MB, 5GB. */
public final class ByteSize {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9})(B|KB|MB|GB)");
  private static final Map<String, Long> UNITS =
      Map.of("B", 1L, "KB", 1_000L, "MB", 1_000_000L, "GB", 1_000_000_000L);

  private ByteSize() {}

  /** The bytes that an option's value means. */
  public static long parse(String option, String size) {
    Matcher parts = FORM.matcher(size.toUpperCase(Locale.ROOT));
    if (!parts.matches() || Long.parseLong(parts.group(1)) == 0) {
      throw new IllegalArgumentException(
          option + " is '" + size + "', expected a number and B, KB, MB or GB, as in 500MB");
    }
    return Long.parseLong(parts.group(1)) * UNITS.get(parts.group(2));
  }
}
