package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One of two ranks is killed at random moments, again and again: each time the other says which it
 * was, and finally no step is lost or has another loss. With accumulation; moments in turn.
 *
 * <p>{@code -Dgss.kills=10} makes it so many kills in each mode, as {@code scripts/check-kills.sh}
 * does.
 */
class RanksKilledTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int EVAL_EVERY = 7;
  private static final int TIMEOUT_SECONDS = 8;

  private static final int SAVE_EVERY = 5;

  /** The most steps that a kill may take to come, and some. */
  private static final int STEPS_A_KILL = 20;

  /** When a rank is killed. */
  private enum Moment {
    STEPPING,
    READING,
    EVALUATING,
    SAVING;

    /** Whether it is now. */
    boolean isNow(Path run, Launched launched) throws IOException {
      List<String> lines = lines(run);
      boolean reads = launched.holdsTheLock(run) && Files.exists(run.resolve("run.json"));
      return switch (this) {
        case READING -> reads;
        case STEPPING -> reads && lines.size() > launched.linesBefore + launched.more;
        case EVALUATING -> reads && lines.size() > launched.linesBefore && evaluates(lines);
        case SAVING -> saves(run, launched.begin);
      };
    }

    private static boolean evaluates(List<String> lines) {
      long steps = lines.stream().filter(l -> l.contains("\"loss\"")).count();
      return steps % EVAL_EVERY == 0 && !lines.get(lines.size() - 1).contains("eval_loss");
    }

    /** A directory that an earlier kill left is none that is being written. */
    private static boolean saves(Path run, Instant since) throws IOException {
      if (!Files.exists(run)) {
        return false;
      }
      try (Stream<Path> files = Files.list(run)) {
        for (Path file :
            files.filter(f -> f.toString().matches(".*step-\\d+\\.writing")).toList()) {
          if (Files.getLastModifiedTime(file).toInstant().isAfter(since)) {
            return true;
          }
        }
        return false;
      } catch (IOException renamedMeanwhile) {
        return false;
      }
    }
  }

  /** Two ranks on their way. */
  private record Launched(Command.Running running, Instant begin, int linesBefore, int more) {
    /** The process of a rank, once it is there. */
    Optional<ProcessHandle> rank(int rank) {
      return running.process().descendants().filter(p -> isRank(p, rank)).findFirst();
    }

    private static boolean isRank(ProcessHandle process, int rank) {
      try {
        String variables = Files.readString(Path.of("/proc/" + process.pid() + "/environ"));
        return List.of(variables.split("\0", -1)).contains("RANK=" + rank);
      } catch (IOException ended) {
        return false;
      }
    }

    boolean holdsTheLock(Path run) throws IOException {
      Path lock = run.resolve("run.lock");
      return Files.exists(lock)
          && rank(0).filter(p -> read(lock).equals(Long.toString(p.pid()))).isPresent();
    }
  }

  @TempDir Path directory;

  private static List<Arguments> killsByMode() {
    Integer everywhere = Integer.getInteger("gss.kills");
    if (everywhere == null) { // LaunchTest kills with full
      return List.of(
          Arguments.of("none", List.of(Moment.STEPPING, Moment.READING, Moment.EVALUATING)),
          Arguments.of("optimizer", List.of(Moment.EVALUATING, Moment.SAVING)));
    }
    List<Moment> inTurn =
        Stream.generate(() -> List.of(Moment.values()))
            .flatMap(List::stream)
            .limit(everywhere)
            .toList();
    return Stream.of("none", "optimizer", "full").map(s -> Arguments.of(s, inTurn)).toList();
  }

  @ParameterizedTest
  @MethodSource("killsByMode")
  void theOtherRankNamesTheKilledOneAndTheRunGoesOnToTheSameBits(String shard, List<Moment> moments)
      throws Exception {
    int steps = STEPS_A_KILL * (moments.size() + 1);
    Path unbroken = directory.resolve("unbroken");
    Command.process(directory, launch(unbroken, shard, steps)).ok();

    Path run = directory.resolve("killed");
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    int first = random.nextInt(2);
    for (int i = 0; i < moments.size(); i++) {
      Moment moment = moments.get(i);
      int victim = (i + i / Moment.values().length + first) % 2; // each, at each moment
      String what = "seed %d: rank %d while %s".formatted(seed, victim, moment);
      int before = lines(run).size();
      int more = SAVE_EVERY + random.nextInt(6);
      try (Command.Running running = Command.start(directory, launch(run, shard, steps))) {
        Launched launched = new Launched(running, Instant.now(), before, more);
        kill(launched, victim, moment, run, random.nextInt(20), what);
        long begin = System.nanoTime();
        Command.Result result = running.end();
        double seconds = (System.nanoTime() - begin) / 1e9;
        assertThat(result.code()).as(what).isEqualTo(1);
        assertThat(result.err()).as(what).contains("gss: rank " + victim + " was killed by signal");
        String said = lastError(run, 1 - victim);
        assertThat(said).as(what).containsPattern("rank " + victim + " (does not answer|is gone)");
        System.out.printf("%s, --shard %s: all ended in %.1f s: %s%n", what, shard, seconds, said);
      }
    }
    Command.process(directory, launch(run, shard, steps)).ok();
    assertThat(comparable(run)).as("seed %d", seed).isEqualTo(comparable(unbroken));
  }

  private static void kill(
      Launched launched, int victim, Moment moment, Path run, int delayMillis, String what)
      throws Exception {
    while (!moment.isNow(run, launched)) {
      assertThat(launched.running().process().isAlive()).as("%s: alive, waiting", what).isTrue();
      Thread.sleep(0, 200_000);
    }
    ProcessHandle process = launched.rank(victim).orElseThrow();
    if (moment != Moment.SAVING) { // which is over quickly
      Thread.sleep(delayMillis);
    }
    process.destroyForcibly();
  }

  private Object[] launch(Path run, String shard, int steps) throws IOException {
    List<Object> args =
        new ArrayList<>(List.of("launch", "--nproc", 2, "--logs", logs(run), "train"));
    args.addAll(List.of("--timeout", TIMEOUT_SECONDS, "--shard", shard));
    if (Files.exists(run.resolve("run.json"))) {
      args.addAll(List.of("--resume", run));
      return args.toArray();
    }
    Object[] tiny = Tiny.train(Tiny.text(directory), "--steps", steps, "--out", run);
    args.addAll(List.of(tiny).subList(1, tiny.length));
    args.addAll(List.of("--accumulate", 2, "--save-every", SAVE_EVERY, "--keep", 2));
    args.addAll(List.of("--eval-every", EVAL_EVERY, "--eval-tokens", 3000));
    return args.toArray();
  }

  private static Path logs(Path run) {
    return Path.of(run + "-logs");
  }

  /** The reason that a rank gave for its end. */
  private static String lastError(Path run, int rank) {
    List<String> errors =
        read(logs(run).resolve("rank-" + rank + ".log"))
            .lines()
            .filter(line -> line.startsWith("gss: "))
            .toList();
    assertThat(errors).as("errors of rank %d", rank).isNotEmpty();
    return errors.get(errors.size() - 1);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }

  private static List<String> lines(Path run) {
    return read(run.resolve("metrics.jsonl")).lines().toList();
  }

  private static List<ObjectNode> comparable(Path run) throws IOException {
    List<ObjectNode> lines = new ArrayList<>();
    for (String line : lines(run)) {
      ObjectNode json = (ObjectNode) JSON.readTree(line);
      json.remove(List.of("tokens_per_second", "resident_bytes"));
      lines.add(json);
    }
    return lines;
  }
}
