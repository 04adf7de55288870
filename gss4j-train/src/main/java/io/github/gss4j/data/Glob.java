package io.github.gss4j.data;

import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.regex.PatternSyntaxException;

/**
 * Which names to take. As the JDK's globs, but for two habits of other tools: a {@code **}{@code /}
 * also stands for no directory at all, and a glob without a slash looks at the last name alone.
 */
public record Glob(String text, PathMatcher matcher) {
  /** Reads one. */
  public static Glob of(String text) {
    try {
      return new Glob(text, FileSystems.getDefault().getPathMatcher("glob:" + expand(text)));
    } catch (PatternSyntaxException e) {
      throw new DataException("the glob '" + text + "' cannot be read: " + e.getDescription(), e);
    }
  }

  /** Makes each {@code **}{@code /} outside of braces optional. */
  private static String expand(String glob) {
    StringBuilder out = new StringBuilder();
    int depth = 0;
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      depth += c == '{' ? 1 : c == '}' ? -1 : 0;
      if (depth == 0 && glob.startsWith("**/", i)) {
        out.append("{**/,}");
        i += 2;
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  /** Whether to take a file or member of that name. */
  public boolean matches(String name) {
    try {
      Path path = Path.of(name);
      return matcher.matches(text.contains("/") ? path : path.getFileName());
    } catch (InvalidPathException unusual) {
      return false;
    }
  }
}
