package io.github.gss4j.cli.terminal;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** The program that a command belongs to. */
@FunctionalInterface
public interface Program {
  /** Tells commands that save before they end that Ctrl-C was pressed. */
  Interrupt interrupt();

  /** What to type for it: as the launcher was called. */
  default String calledAs() {
    return System.getenv().getOrDefault("GSS_COMMAND", "gss");
  }

  /** The command line that runs this program in a JVM of its own, set up like this one. */
  default List<String> commandLine(List<String> arguments) {
    List<String> line = new ArrayList<>();
    line.add(ProcessHandle.current().info().command().orElse("java"));
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> !argument.startsWith("-agentlib") && !argument.startsWith("-javaagent"))
        .forEach(line::add);
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), getClass().getName()));
    line.addAll(arguments);
    return line;
  }
}
