package io.github.gss4j.config;

import io.github.gss4j.files.OneLine;
import java.util.Map;

/** Checks of settings, with one form of message. */
public final class Checks {
  private Checks() {}

  /**
   * Refuses a value out of its bounds.
   *
   * @throws IllegalArgumentException that names setting, value and what was expected, unless it
   *     holds
   */
  public static void that(boolean holds, String name, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(
          OneLine.of(name + " is " + value + ", expected " + expected));
    }
  }

  /** Refuses a number below its least. */
  public static void atLeast(long least, String name, long value) {
    that(value >= least, name, value, "at least " + least);
  }

  /**
   * What a word of a setting stands for.
   *
   * @throws IllegalArgumentException if it is none of the choices
   */
  public static <T> T oneOf(String name, String value, Map<String, T> choices) {
    T choice = choices.get(value);
    that(choice != null, name, "'" + value + "'", "one of " + choices.keySet());
    return choice;
  }
}
