package io.github.gss4j.cli.terminal;

import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import picocli.CommandLine;

/** The commands of a program; the most complete ones are found by {@link ServiceLoader}. */
public interface Commands {
  /** Greater where there are more of them. */
  int priority();

  /** Their classes, in the order of the help. */
  List<Class<?>> inOrder();

  /** Says how they are parsed, where it is unusual. Not all of them need be there. */
  default void configure(CommandLine program) {}

  /** Where others are, for who asks for one that is not there; empty if these are all. */
  default String others() {
    return "";
  }

  /**
   * Is called by the program once, before a command runs.
   *
   * @throws IllegalArgumentException if the environment says what makes no sense
   */
  default void begin(PrintWriter err) {}

  /** Those on the class path. */
  static Commands find() {
    return ServiceLoader.load(Commands.class, Commands.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .max(Comparator.comparingInt(Commands::priority))
        .orElseThrow();
  }
}
