package io.github.gss4j.cli;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The main class of the executable jar: does what {@code bin/gss} does elsewhere. Commands that
 * decode run in a second Java, with options that a jar's manifest cannot have, among them the
 * module of the Vector API.
 */
public final class Launcher {
  private static final String VECTOR_API = "jdk.incubator.vector";

  private static final Set<String> DECODE = Set.of("generate", "serve");

  /** In the second Java, the process id of the first. */
  private static final String STARTED_BY = "gss.launcher";

  private Launcher() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) throws IOException, InterruptedException {
    String first = System.getProperty(STARTED_BY);
    boolean decodes = args.length > 0 && DECODE.contains(args[0]);
    if (first != null) {
      endWith(Long.parseLong(first));
      Gss.main(args);
    } else if (decodes && ModuleLayer.boot().findModule(VECTOR_API).isEmpty()) {
      List<String> given = ManagementFactory.getRuntimeMXBean().getInputArguments();
      System.exit(run(commandLine(given, args)));
    } else {
      Gss.main(args);
    }
  }

  /** Ends this process with another, however that ends. */
  private static void endWith(long other) {
    Thread thread =
        new Thread(
            () -> {
              ProcessHandle.of(other).ifPresent(first -> first.onExit().join());
              Runtime.getRuntime().halt(1);
            },
            "gss4j-launcher");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * The command line of the second Java.
   *
   * @param given options of the first, which win
   */
  static List<String> commandLine(List<String> given, String... args) {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (given.stream().noneMatch(option -> option.matches("-XX:\\+Use\\w+GC"))) {
      line.add("-XX:+UseSerialGC"); // its pauses are the shortest here
    }
    line.addAll(
        List.of(
            "-XX:+IgnoreUnrecognizedVMOptions", // some are of Linux alone
            "-XX:+UseTransparentHugePages",
            "-XX:InitialRAMPercentage=50",
            "-XX:MaxRAMPercentage=80",
            "-XX:PretenureSizeThreshold=512k",
            "-Xmn32m",
            "-D" + STARTED_BY + "=" + ProcessHandle.current().pid()));
    if (ModuleFinder.ofSystem().find(VECTOR_API).isPresent()) {
      line.addAll(List.of("--add-modules", VECTOR_API));
    }
    if (Runtime.version().feature() >= 23) {
      line.add("--sun-misc-unsafe-memory-access=allow"); // Netty's
    }
    line.addAll(given);
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), Launcher.class.getName()));
    line.addAll(List.of(args));
    return line;
  }

  /** Runs a process on this one's terminal, which signals reach through this one, to its end. */
  private static int run(List<String> line) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(line).inheritIO().start();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(process), "second"));
    return process.waitFor();
  }

  private static void end(Process process) {
    process.destroy(); // a wish: it saves and drains
    try {
      Runtime.getRuntime().halt(process.waitFor());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
