package io.github.gss4j.data;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What of a source is not in the corpus, and why: counted, so that nothing is lost in silence. */
final class LeftOut {
  private static final int NAMED = 5;

  /** Why something was left out. */
  enum Reason {
    NOT_TEXT("not UTF-8 text"),
    GLOB("not matched by the glob"),
    HIDDEN("hidden"),
    CACHE("the cache itself"),
    NO_FILE("neither file nor directory"),
    LOOP("links in a circle"),
    SAME_NAME("with the name of another");

    private final String words;

    Reason(String words) {
      this.words = words;
    }
  }

  private final Map<Reason, Long> counts = new EnumMap<>(Reason.class);
  private final Map<Reason, List<String>> firstNames = new EnumMap<>(Reason.class);

  void add(Reason reason, String name) {
    counts.merge(reason, 1L, Long::sum);
    List<String> names = firstNames.computeIfAbsent(reason, r -> new ArrayList<>());
    if (names.size() < NAMED) {
      names.add(name);
    }
  }

  long count() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  boolean isEmpty() {
    return counts.isEmpty();
  }

  /** As {@code "2 not UTF-8 text (a.png, b.png), 1 hidden (.git)"}, or empty. */
  @Override
  public String toString() {
    return counts.entrySet().stream()
        .map(e -> e.getValue() + " " + e.getKey().words + " (" + names(e.getKey()) + ")")
        .collect(Collectors.joining(", "));
  }

  private String names(Reason reason) {
    List<String> names = firstNames.get(reason);
    return String.join(", ", names) + (counts.get(reason) > names.size() ? ", …" : "");
  }
}
