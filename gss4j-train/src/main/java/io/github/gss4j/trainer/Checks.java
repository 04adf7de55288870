package io.github.gss4j.trainer;

/** Checks of settings, with one form of message. */
final class Checks {
  private Checks() {}

  static void that(boolean holds, String name, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(name + " is " + value + ", expected " + expected);
    }
  }

  static <T> T oneOf(String name, String value, java.util.Map<String, T> choices) {
    T choice = choices.get(value);
    that(choice != null, name, "'" + value + "'", "one of " + choices.keySet());
    return choice;
  }
}
