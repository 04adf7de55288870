package io.github.gss4j.checkpoint;

import java.util.Collection;
import java.util.stream.Collectors;

/** Lists in one-line messages. */
public final class Lists {
  private static final int MOST = 8;

  private Lists() {}

  /** The first few, and how many more there are. */
  public static String brief(Collection<String> names) {
    String first = names.stream().limit(MOST).collect(Collectors.joining(", "));
    return names.isEmpty()
        ? "none"
        : names.size() <= MOST ? first : first + " and " + (names.size() - MOST) + " more";
  }
}
