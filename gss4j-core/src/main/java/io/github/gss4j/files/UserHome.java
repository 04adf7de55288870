package io.github.gss4j.files;

import java.nio.file.Path;
import java.util.Map;

/** Where a user's caches lie by default. */
public final class UserHome {
  /** What systems name as the home of users without one: nothing can be written there. */
  private static final String NONE = "/nonexistent";

  private UserHome() {}

  /**
   * The variable {@code HOME} (on Windows {@code USERPROFILE}), else what the system has on the
   * user: Java asks the system alone, and takes {@code ./?} for users that it does not know.
   *
   * @param environment as {@link System#getenv()} gives it
   */
  public static Path of(Map<String, String> environment) {
    return of(environment, System.getProperty("user.home", ""));
  }

  /**
   * The directory of our caches: the variable {@code GSS_CACHE}, else {@code gss4j} in {@code
   * XDG_CACHE_HOME} or {@code ~/.cache}.
   *
   * @param environment as {@link System#getenv()} gives it
   */
  public static Path cache(Map<String, String> environment) {
    String own = environment.getOrDefault("GSS_CACHE", "");
    if (!own.isBlank()) {
      return Path.of(own);
    }
    String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    return (xdg.isBlank() ? of(environment).resolve(".cache") : Path.of(xdg)).resolve("gss4j");
  }

  static Path of(Map<String, String> environment, String known) {
    for (String name : new String[] {"HOME", "USERPROFILE"}) {
      String home = environment.getOrDefault(name, "");
      if (!home.isBlank()) {
        return Path.of(home);
      }
    }
    return Path.of(known.isBlank() || known.equals("?") ? NONE : known);
  }
}
