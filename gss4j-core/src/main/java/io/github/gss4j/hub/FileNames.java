package io.github.gss4j.hub;

import java.util.Collection;
import java.util.stream.Collectors;

/** Names of files in a repository: relative paths with forward slashes that stay inside it. */
final class FileNames {
  private static final int MAX_LENGTH = 1024;
  private static final int MAX_SHOWN = 20;

  private FileNames() {}

  /**
   * Returns the name as it is.
   *
   * @throws IllegalArgumentException if, as a path, it could lie outside of its folder
   */
  static String check(String name) {
    boolean odd =
        name.length() > MAX_LENGTH
            || name.indexOf('\\') >= 0
            || name.matches("[A-Za-z]:.*")
            || name.chars().anyMatch(Character::isISOControl);
    for (String part : name.split("/", -1)) {
      odd |= part.isEmpty() || part.equals(".") || part.equals("..");
    }
    if (odd) {
      throw new IllegalArgumentException(
          "'"
              + shown(name)
              + "' is not a name of a file in a repository: expected a relative path such as"
              + " model.pt or folder/model.pt, without '..', '\\' or control characters");
    }
    return name;
  }

  /** The folder of a file with its slash at the end, empty at the top. */
  static String folder(String name) {
    return name.substring(0, name.lastIndexOf('/') + 1);
  }

  /** Some names for a message. */
  static String list(Collection<String> names) {
    if (names.isEmpty()) {
      return "nothing";
    }
    String first =
        names.stream()
            .sorted()
            .limit(MAX_SHOWN)
            .map(FileNames::shown)
            .collect(Collectors.joining(", "));
    int more = names.size() - MAX_SHOWN;
    return more > 0 ? first + " and " + more + " more" : first;
  }

  /** Text from outside as a message may show it: short, and on one line. */
  static String shown(String text) {
    String plain = text.replaceAll("\\p{Cntrl}", "?");
    return plain.length() <= 200 ? plain : plain.substring(0, 200) + "…";
  }
}
