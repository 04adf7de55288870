package io.github.gss4j.data;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Files of a source that are not in the corpus, counted by reason, so that nothing is lost
 * silently.
 */
public final class SkippedFiles {
  private static final int NAMED = 5;

  /** Why something was left out. */
  public enum Reason {
    /** Its bytes are not text. */
    NOT_TEXT("not UTF-8 text"),
    /** The glob did not choose it. */
    GLOB("not matched by the glob"),
    /** Its name begins with a dot. */
    HIDDEN("hidden"),
    /** Its name begins with an underscore, as those of a job's marks and logs. */
    UNDERSCORE("with a name in _"),
    /** The cache is within the source. */
    CACHE("the cache itself"),
    /** A socket, a device, a link to nothing. */
    NO_FILE("neither file nor directory"),
    /** An archive without a single byte, as a transfer that broke off leaves it. */
    EMPTY("empty archives"),
    /** It points to a file that Git LFS has. */
    POINTER("a Git LFS pointer (run git lfs pull)"),
    /** The operating system refuses it. */
    UNREADABLE("unreadable"),
    /** Encrypted, or packed in a way that is not known. */
    SEALED("encrypted or packed in an unknown way"),
    /** A link to a directory around it. */
    LOOP("links in a circle"),
    /** Another member has its name. */
    SAME_NAME("with the name of another");

    private final String words;

    Reason(String words) {
      this.words = words;
    }
  }

  private static final Set<Reason> AS_ASKED = EnumSet.of(Reason.GLOB, Reason.HIDDEN);

  private final Map<Reason, Long> counts = new EnumMap<>(Reason.class);
  private final Map<Reason, List<String>> firstNames = new EnumMap<>(Reason.class);

  /** Nothing so far. */
  public SkippedFiles() {}

  /** Counts one. */
  public void add(Reason reason, String name) {
    counts.merge(reason, 1L, Long::sum);
    List<String> names = firstNames.computeIfAbsent(reason, r -> new ArrayList<>());
    if (names.size() < NAMED) {
      names.add(name);
    }
  }

  /** How many. */
  public long count() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Whether nothing was. */
  public boolean isEmpty() {
    return counts.isEmpty();
  }

  /** As {@code "2 not UTF-8 text (a.png, b.png), 1 hidden (.git)"}, or empty. */
  @Override
  public String toString() {
    return counts.entrySet().stream()
        .map(e -> e.getValue() + " " + e.getKey().words + " (" + names(e.getKey()) + ")")
        .collect(Collectors.joining(", "));
  }

  /**
   * The same in short: of what was left out as asked, by a glob or a dot, the number alone, as in
   * {@code "2 not UTF-8 text (a.png, b.png), 19 not matched by the glob"}.
   */
  public String summary() {
    return counts.entrySet().stream()
        .map(
            e ->
                String.format(Locale.ROOT, "%,d %s", e.getValue(), e.getKey().words)
                    + (AS_ASKED.contains(e.getKey()) ? "" : " (" + names(e.getKey()) + ")"))
        .collect(Collectors.joining(", "));
  }

  private String names(Reason reason) {
    List<String> names = firstNames.get(reason);
    return String.join(", ", names) + (counts.get(reason) > names.size() ? ", …" : "");
  }
}
