package io.github.gss4j.fuzz;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Reads spoilt files of every kind for as long as one wishes. Each kind is read in a process of its
 * own: none may crash it, take longer than a limit, allocate more than four times what the file has
 * unpacked, or end in an exception that is none of ours. What fails is kept, with its seed.
 *
 * @param kept where failures go
 * @param patience with one input
 */
public record Fuzzer(Path kept, Duration patience) {
  static final int MAX_FAILURES = 20;
  private static final long LOOK_MILLIS = 200;

  /**
   * What came out of a kind.
   *
   * @param failures each with its seed
   */
  public record Result(
      String kind, long seed, long inputs, long refused, Duration time, List<String> failures) {
    @Override
    public String toString() {
      return "%-22s %,10d inputs from seed %d in %,d s, %,d refused, %d failed"
          .formatted(kind, inputs, seed, time.toSeconds(), refused, failures.size());
    }
  }

  /** All kinds on the class path, by name. */
  public static Map<String, FuzzKind> kinds() {
    Map<String, FuzzKind> kinds = new TreeMap<>();
    ServiceLoader.load(FuzzKind.class).forEach(kind -> kinds.put(kind.name(), kind));
    return kinds;
  }

  /** The kind of a name, or of a class. */
  static FuzzKind kind(String name) throws ReflectiveOperationException {
    FuzzKind known = kinds().get(name);
    return known != null
        ? known
        : Class.forName(name).asSubclass(FuzzKind.class).getDeclaredConstructor().newInstance();
  }

  static Path progress(Path home) {
    return home.resolveSibling("progress");
  }

  /**
   * Reads inputs of a kind, from seed to seed.
   *
   * @param kind its name or class
   * @param inputs how many at most
   * @param time how long at most
   */
  public Result run(String kind, long seed, long inputs, Duration time)
      throws IOException, InterruptedException {
    Path work = Files.createTempDirectory("fuzz-");
    long begin = System.currentTimeMillis();
    FuzzProgress progress = new FuzzProgress(progress(work.resolve("home")));
    List<String> failures = new ArrayList<>();
    try {
      boolean again = true;
      while (again && failures.size() < MAX_FAILURES) {
        long next = progress.begun() == 0 ? seed : progress.seed() + 1;
        long left = seed + inputs - next;
        long millis = begin + time.toMillis() - System.currentTimeMillis();
        again = left > 0 && millis > 0 && !worker(kind, work, next, left, millis, failures);
      }
      return new Result(
          kind,
          seed,
          progress.begun(),
          progress.refused(),
          Duration.ofMillis(System.currentTimeMillis() - begin),
          List.copyOf(failures));
    } finally {
      Targets.delete(work);
    }
  }

  /** Runs a worker until it ends or dies; whether it came to its end. */
  private boolean worker(
      String kind, Path work, long first, long inputs, long millis, List<String> failures)
      throws IOException, InterruptedException {
    Path home = work.resolve("home");
    Path log = work.resolve("log");
    Path error = work.resolve("crash.log");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xms256m",
            "-Xmx256m",
            "-Xmn192m",
            "-XX:+UseSerialGC",
            "-XX:+AlwaysPreTouch",
            "-XX:TieredStopAtLevel=1", // the other compiler takes tens of MB by the way
            "-XX:MetaspaceSize=256m",
            "-XX:ErrorFile=" + error,
            "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0", // which would collect the heap
            "-Dlogback.statusListenerClass=ch.qos.logback.core.status.NopStatusListener",
            "-cp",
            System.getProperty("java.class.path"),
            FuzzWorker.class.getName(),
            kind,
            home.toString(),
            kept.toAbsolutePath().toString(),
            Long.toString(first),
            Long.toString(inputs),
            Long.toString(millis));
    FuzzProgress progress = new FuzzProgress(progress(home));
    progress.settle();
    long before = progress.begun();
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    boolean hung = isHung(process, progress);
    collect(log, failures);
    if (!hung && process.exitValue() == 0) {
      return true;
    }
    if (progress.begun() == before) {
      throw new IllegalStateException(
          kind + ": sound files are not read, or cannot be made:\n" + Files.readString(log));
    }
    String what =
        hung
            ? "takes longer than " + patience.toSeconds() + " s"
            : "ends the process with " + process.exitValue();
    Path to = kept.resolve(kind + "-" + progress.seed());
    Targets.delete(to);
    Files.createDirectories(kept);
    Targets.copy(work, to);
    failures.add(progress.seed() + " " + what);
    return false;
  }

  private boolean isHung(Process process, FuzzProgress progress)
      throws IOException, InterruptedException {
    long looks = 0; // rather than a clock, which goes on while both processes are stopped
    long ended = -1;
    while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
      looks++;
      if (progress.ended() != ended || progress.begun() == progress.ended()) {
        ended = progress.ended();
        looks = 0;
      } else if (looks * LOOK_MILLIS > patience.toMillis()) {
        stack(process);
        process.destroyForcibly().waitFor();
        return true;
      }
    }
    return false;
  }

  /** Lets the process write where it is into its log. */
  private static void stack(Process process) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-QUIT", Long.toString(process.pid())).start().waitFor();
    process.waitFor(1, TimeUnit.SECONDS);
  }

  private static void collect(Path log, List<String> failures) throws IOException {
    try (BufferedReader lines = Files.newBufferedReader(log)) {
      lines
          .lines()
          .filter(line -> line.startsWith("failed "))
          .forEach(line -> failures.add(line.substring("failed ".length())));
    }
  }

  /** {@code [--kinds A,B] [--seconds N] [--inputs N] [--seed S] [--keep DIRECTORY] [--list]}. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Map<String, String> options = new TreeMap<>();
    for (int i = 0; i < args.length; i += 2) {
      options.put(args[i], i + 1 < args.length ? args[i + 1] : "");
    }
    if (options.containsKey("--list")) {
      kinds().keySet().forEach(System.out::println);
      return;
    }
    List<String> chosen =
        options.containsKey("--kinds")
            ? List.of(options.get("--kinds").split(",", -1))
            : List.copyOf(kinds().keySet());
    long seed = Long.parseLong(options.getOrDefault("--seed", Long.toString(System.nanoTime())));
    long inputs = Long.parseLong(options.getOrDefault("--inputs", Long.toString(Long.MAX_VALUE)));
    long seconds = Long.parseLong(options.getOrDefault("--seconds", "60"));
    Fuzzer fuzzer =
        new Fuzzer(
            Path.of(options.getOrDefault("--keep", "fuzz-failures")), Duration.ofSeconds(10));
    boolean failed = false;
    for (String kind : chosen) {
      Result result = fuzzer.run(kind, seed, inputs, Duration.ofSeconds(seconds));
      System.out.println(result);
      result.failures().forEach(failure -> System.out.println("  " + failure));
      failed |= !result.failures().isEmpty();
    }
    if (failed) {
      System.out.println("What failed lies in " + fuzzer.kept().toAbsolutePath());
      System.exit(1);
    }
  }
}
