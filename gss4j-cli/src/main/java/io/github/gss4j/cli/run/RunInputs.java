package io.github.gss4j.cli.run;

import io.github.gss4j.cli.options.Models;
import io.github.gss4j.files.UserHome;
import io.github.gss4j.run.inputs.RunContext;
import io.github.gss4j.run.inputs.Texts;
import java.nio.file.Path;
import java.util.Map;

/** What runs are opened with beside their settings: the hub, and where texts are found. */
public final class RunInputs {
  private RunInputs() {}

  /** What runs are handed: the hub, and a place for texts. */
  public static RunContext context() {
    return RunContext.of(cache(System.getenv()), Models::hub);
  }

  /** Where texts are found. */
  public static Texts texts() {
    return context().texts();
  }

  /** Where joined, encoded and fetched texts are kept: GSS_CACHE, or the user's cache directory. */
  private static Path cache(Map<String, String> environment) {
    String own = environment.getOrDefault("GSS_CACHE", "");
    if (!own.isBlank()) {
      return Path.of(own);
    }
    String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    Path base = xdg.isBlank() ? UserHome.of(environment).resolve(".cache") : Path.of(xdg);
    return base.resolve("gss4j");
  }
}
