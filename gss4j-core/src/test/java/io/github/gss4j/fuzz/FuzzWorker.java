package io.github.gss4j.fuzz;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.slf4j.LoggerFactory;

/**
 * Spoils files of one kind and reads them, in a process of its own that may crash. What fails is
 * kept with its trace.
 */
final class FuzzWorker {
  /** What the process may grow by besides: classes, compiled code. */
  private static final long PROCESS_BYTES = 12L << 20;

  /** How often too much must be taken in a row: once may be what the process does by the way. */
  private static final int TIMES = 3;

  private static final int MAX_MESSAGE = 2000;

  private final FuzzKind kind;
  private final Path home;
  private final Path kept;
  private final FuzzProgress progress;
  private final Memory memory = new Memory();
  private List<Path> targets;
  private int failures;

  private FuzzWorker(FuzzKind kind, Path home, Path kept, FuzzProgress progress) {
    this.kind = kind;
    this.home = home;
    this.kept = kept;
    this.progress = progress;
  }

  /** {@code KIND HOME KEPT FIRST_SEED INPUTS MILLIS}. */
  public static void main(String[] args) throws Exception {
    ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.OFF);
    Path home = Path.of(args[1]);
    FuzzProgress progress = new FuzzProgress(Fuzzer.progress(home));
    try (FuzzKind kind = Fuzzer.kind(args[0])) {
      FuzzWorker worker = new FuzzWorker(kind, home, Path.of(args[2]), progress);
      worker.prepare();
      long first = Long.parseLong(args[3]);
      long inputs = Long.parseLong(args[4]);
      long end = System.currentTimeMillis() + Long.parseLong(args[5]);
      for (long i = 0; i < inputs && System.currentTimeMillis() < end && worker.goesOn(); i++) {
        worker.round(first + i);
      }
    }
    Runtime.getRuntime().halt(0); // threads that a reader has left do not matter
  }

  /** Sound files must be read; that also loads all classes and libraries, which allocates. */
  private void prepare() throws Exception {
    Targets.delete(home);
    Files.createDirectories(home);
    targets = kind.prepare(home);
    for (Path target : targets) {
      kind.read(target);
      kind.read(target);
    }
  }

  private void round(long seed) throws IOException {
    Random random = new Random(seed);
    Path target = targets.get(random.nextInt(targets.size()));
    List<Path> files = kind.spoilt(target);
    Path file = files.get(random.nextInt(files.size()));
    Map<Path, byte[]> sound = Targets.contents(target);
    byte[] spoilt = kind.mutate(file, sound.get(file), random);
    Files.write(file, spoilt);
    progress.begin(seed);
    Reading reading = read(target);
    for (int i = 1; i < TIMES && reading.tooMuch; i++) {
      Targets.restore(target, sound);
      Files.write(file, spoilt);
      reading = read(target);
    }
    progress.end(reading.refused);
    if (reading.failure != null) {
      keep(seed, target, file, reading.failure);
    }
    Targets.restore(target, sound);
  }

  private record Reading(boolean refused, boolean tooMuch, Throwable failure) {}

  private Reading read(Path target) throws IOException {
    memory.begin();
    boolean refused = false;
    try {
      kind.read(target);
    } catch (Throwable e) { // whatever it is, it is the subject here
      refused = isRefusal(e);
      if (!refused) {
        return new Reading(false, false, e);
      }
    }
    Throwable failure = tooMuch(memory.allocated(), memory.grown(), target);
    return new Reading(refused, failure != null, failure);
  }

  /** One of ours, in one line: of our own class, or thrown by our own code for an argument. */
  private static boolean isRefusal(Throwable e) {
    StackTraceElement[] trace = e.getStackTrace();
    boolean thrownHere = trace.length > 0 && isOurs(trace[0].getClassName());
    boolean ours =
        isOurs(e.getClass().getName())
            || (thrownHere
                && (e instanceof IllegalArgumentException
                    || e instanceof IllegalStateException
                    || e instanceof IOException));
    return ours
        && e.getMessage() != null
        && e.getMessage().length() <= MAX_MESSAGE
        && e.getMessage().chars().noneMatch(Character::isISOControl);
  }

  private static boolean isOurs(String className) {
    return className.startsWith("io.github.gss4j.")
        && !className.startsWith("io.github.gss4j.fuzz.");
  }

  private Throwable tooMuch(long allocated, long grown, Path target) throws IOException {
    long limit = 4 * kind.unpackedBytes(target) + kind.besidesBytes();
    if (allocated > limit || grown > limit + PROCESS_BYTES) {
      return new AssertionError(
          "%,d bytes allocated on the heap and %,d in all, expected at most %,d"
              .formatted(allocated, grown, limit));
    }
    return null;
  }

  private boolean goesOn() {
    return failures < Fuzzer.MAX_FAILURES;
  }

  private void keep(long seed, Path target, Path file, Throwable failure) throws IOException {
    failures++;
    Path to = kept.resolve(kind.name() + "-" + seed);
    Targets.delete(to);
    Files.createDirectories(kept);
    Targets.copy(home, to);
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace, true));
    String text =
        "%s of %s, seed %d%n%s"
            .formatted(home.relativize(file), home.relativize(target), seed, trace);
    Files.write(
        to.resolve("failure.txt"), text.getBytes(StandardCharsets.UTF_8)); // half pairs, too
    System.out.println("failed " + seed + " " + brief(failure));
  }

  private static String brief(Throwable failure) {
    String text = failure.toString().replaceAll("\\p{Cntrl}+", " ");
    return text.length() <= 300 ? text : text.substring(0, 300) + "…";
  }
}
