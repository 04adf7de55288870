package io.github.gss4j.data;

import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.regex.PatternSyntaxException;

/**
 * A filter of names, as the JDK's globs, but for two habits of other tools: a {@code **}{@code /}
 * also stands for no directory at all, and a glob without a slash looks at the last name alone.
 *
 * @param text as it was written
 * @param matcher made of it
 * @param nameOnly whether it looks at the last name alone
 */
public record Glob(String text, PathMatcher matcher, boolean nameOnly) {
  /** Reads one. */
  public static Glob of(String text) {
    return new Glob(text, matcher(text, expand(text)), !text.contains("/"));
  }

  /** Reads the rest of a path: it looks at the whole name, and {@code *} never matches a slash. */
  public static Glob ofPath(String text) {
    return new Glob(text, matcher(text, text), false);
  }

  private static PathMatcher matcher(String text, String expanded) {
    try {
      return FileSystems.getDefault().getPathMatcher("glob:" + expanded);
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

  /** Whether a file below that directory may match. */
  boolean reaches(String directory) {
    if (nameOnly || text.matches("(?s).*\\{[^}]*/.*")) {
      return true;
    }
    String[] globs = text.split("/", -1);
    String[] names = directory.split("/", -1);
    for (int i = 0; i < names.length; i++) {
      if (globs[i].contains("**")) {
        return true;
      }
      if (i == globs.length - 1 || !of(globs[i]).matches(names[i])) {
        return false;
      }
    }
    return true;
  }

  /** Whether to take a file or member of that name. */
  public boolean matches(String name) {
    try {
      Path path = Path.of(name);
      return matcher.matches(nameOnly ? path.getFileName() : path);
    } catch (InvalidPathException unusual) {
      return false;
    }
  }
}
