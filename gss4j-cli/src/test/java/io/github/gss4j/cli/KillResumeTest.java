package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that are ended from outside, and gone on with. */
class KillResumeTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int STEPS = 150;
  private static final int EVAL_EVERY = 7;
  private static final List<ObjectNode> UNBROKEN = new ArrayList<>();

  @TempDir static Path directory;
  private static Path text;

  @BeforeAll
  static void trainUnbroken() throws IOException {
    text = Tiny.text(directory);
    Path run = directory.resolve("unbroken");
    Command.process(directory, args("--out", run)).ok();
    UNBROKEN.addAll(comparable(run));
    assertThat(UNBROKEN.stream().filter(l -> l.has("loss"))).hasSize(STEPS);
  }

  private static Object[] args(Object... more) {
    List<Object> all = new ArrayList<>(List.of(Tiny.train(text, "--steps", STEPS)));
    String watch = "--eval-every " + EVAL_EVERY + " --eval-tokens 1500 --save-every 5";
    all.addAll(List.of(watch.split(" ")));
    all.addAll(List.of(more));
    return all.toArray();
  }

  /** All lines of a run's metrics but their speed. */
  private static List<ObjectNode> comparable(Path run) throws IOException {
    List<ObjectNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      ObjectNode json = (ObjectNode) JSON.readTree(line);
      json.remove("tokens_per_second");
      lines.add(json);
    }
    return lines;
  }

  @Test
  void aRunKilledAtAnyMomentGoesOnToTheSameBits() throws Exception {
    Path run = directory.resolve("killed");
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    List<Predicate<Path>> moments =
        List.of(
            r -> Files.exists(r.resolve("run.json")),
            r -> lines(r).size() > 3 + random.nextInt(20),
            KillResumeTest::saves,
            KillResumeTest::evaluates,
            r -> steps(lines(r)) >= 60 + random.nextInt(40),
            r -> Files.exists(r.resolve("step-" + STEPS)));
    boolean first = true;
    for (Predicate<Path> moment : moments) {
      Object[] args = first ? args("--out", run) : new Object[] {"train", "--resume", run};
      try (Command.Running running = Command.start(directory, args)) {
        while (!moment.test(run)) {
          assertThat(running.process().isAlive()).as("seed %d: alive, waiting", seed).isTrue();
          Thread.sleep(0, 200_000);
        }
        Thread.sleep(random.nextInt(4));
        running.process().destroyForcibly().waitFor();
      }
      first = false;
    }
    Command.process(directory, "train", "--resume", run).ok();
    assertThat(comparable(run)).as("seed %d", seed).isEqualTo(UNBROKEN);
    assertThat(names(run))
        .as("seed %d", seed)
        .contains("best", "last", "metrics.jsonl", "report.html", "run.json", "step-" + STEPS)
        .hasSizeLessThanOrEqualTo(7); // and the best step, where that is another
  }

  private static boolean saves(Path run) {
    return names(run).stream().anyMatch(name -> name.matches("step-\\d+\\.writing"));
  }

  /** Whether the last line is a step that an evaluation comes after. */
  private static boolean evaluates(Path run) {
    List<String> lines = lines(run);
    return steps(lines) % EVAL_EVERY == 0
        && !lines.isEmpty()
        && !lines.get(lines.size() - 1).contains("eval_loss");
  }

  private static long steps(List<String> lines) {
    return lines.stream().filter(l -> l.contains("\"loss\"")).count();
  }

  private static List<String> lines(Path run) {
    try {
      return Files.readAllLines(run.resolve("metrics.jsonl"));
    } catch (IOException notYet) {
      return List.of();
    }
  }

  private static List<String> names(Path run) {
    try (Stream<Path> files = Files.list(run)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    } catch (NoSuchFileException notYet) {
      return List.of();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void aSignalFinishesTheStepSavesAndSaysHowToGoOn() throws Exception {
    for (String signal : List.of("TERM", interruptsAreIgnored() ? "TERM" : "INT")) {
      Path run = directory.resolve("stopped-" + signal);
      Files.createDirectories(run);
      try (Command.Running running = Command.start(directory, args("--out", run))) {
        while (lines(run).size() < 10) {
          assertThat(running.process().isAlive()).isTrue();
          Thread.sleep(1);
        }
        running.signal(signal);
        Command.Result result = running.end().ok();
        long steps = steps(lines(run));
        assertThat(steps).isBetween(5L, STEPS - 1L);
        assertThat(result.out())
            .isEqualTo(
                "Stopped after step %d and saved. Go on with: gss train --resume %s%n", steps, run);
        assertThat(run.resolve("last").toRealPath()).endsWith(Path.of("step-" + steps));
        assertThat(names(run)).noneMatch(name -> name.endsWith(".writing"));
      }
    }
  }

  /**
   * A process that was started in the background may have to ignore SIGINT, and its children too.
   */
  private static boolean interruptsAreIgnored() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
        .anyMatch(mask -> (mask >> 1 & 1) == 1);
  }
}
