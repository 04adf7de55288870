package io.github.gss4j.cli.run;

import io.github.gss4j.cli.options.Models;
import io.github.gss4j.files.UserHome;
import io.github.gss4j.run.inputs.RunContext;
import io.github.gss4j.run.inputs.Texts;

/** What runs are opened with beside their settings: the hub, and where texts are found. */
public final class RunInputs {
  private RunInputs() {}

  /** What runs are handed: the hub, and a place for texts. */
  public static RunContext context() {
    return RunContext.of(UserHome.cache(System.getenv()), Models::hub);
  }

  /** Where texts are found. */
  public static Texts texts() {
    return context().texts();
  }
}
