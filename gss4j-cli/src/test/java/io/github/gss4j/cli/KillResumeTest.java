package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that are ended from outside, and continued. */
class KillResumeTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int STEPS = 150;

  /** So many that a run has not ended by the time a signal comes. */
  private static final int ENDLESS = 1_000_000;

  private static final int EVAL_EVERY = 7;
  private static final List<ObjectNode> UNBROKEN = new ArrayList<>();

  @TempDir static Path directory;
  private static Path text;
  private static Path config;

  @BeforeAll
  static void trainUnbroken() throws IOException {
    text = Tiny.text(directory);
    Path first = directory.resolve("config");
    Command.here(args("--out", first, "--steps", 1)).ok();
    ObjectNode settings = (ObjectNode) JSON.readTree(first.resolve("run.json").toFile());
    config = directory.resolve("config.json");
    Files.write(config, JSON.writeValueAsBytes(settings.put("steps", STEPS)));
    Path run = directory.resolve("unbroken");
    try (Command.Running running = start(run)) {
      running.end().ok();
    }
    UNBROKEN.addAll(new RunFiles(run).metrics());
    assertThat(UNBROKEN.stream().filter(l -> l.has("loss"))).hasSize(STEPS);
    assertThat(UNBROKEN.stream().filter(l -> l.path("grad_norm").asText().equals("NaN")))
        .as("steps that are skipped")
        .hasSize(SpoiledRun.BAD.size());
  }

  private static Command.Running start(Path run) {
    return Command.start(SpoiledRun.class, directory, config, run);
  }

  private static Object[] args(Object... more) {
    List<Object> all = new ArrayList<>(List.of(Tiny.train(text)));
    String watch = "--eval-every " + EVAL_EVERY + " --eval-tokens 1500 --save-every 5";
    String care = " --accumulate 2 --ema 0.99 --schedule restarts --restart-every 40 --keep 2";
    all.addAll(List.of((watch + care + " --watch-every 4 --max-bad-steps 3").split(" ")));
    all.addAll(List.of(more));
    return all.toArray();
  }

  /** With accumulation, averaged weights, warm restarts and skipped steps. */
  @Test
  void aRunKilledAtAnyMomentGoesOnToTheSameBits() throws Exception {
    Path run = directory.resolve("killed");
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    List<Predicate<Path>> moments = new ArrayList<>();
    moments.add(r -> Files.exists(r.resolve("run.json")));
    for (int from = 5; from < 100; from += 40) {
      long step = (long) from + random.nextInt(20);
      moments.add(r -> new RunFiles(r).steps() >= step); // mostly reading and learning
      moments.add(r -> new RunFiles(r).isSaving());
      moments.add(r -> new RunFiles(r).isEvaluating(EVAL_EVERY));
    }
    moments.add(r -> Files.exists(r.resolve("step-" + STEPS)));
    assertThat(moments).hasSizeGreaterThanOrEqualTo(10);
    for (Predicate<Path> moment : moments) {
      try (Command.Running running = start(run)) {
        while (!moment.test(run)) {
          assertThat(running.process().isAlive()).as("seed %d: alive, waiting", seed).isTrue();
          Thread.sleep(0, 200_000);
        }
        Thread.sleep(random.nextInt(4));
        running.process().destroyForcibly().waitFor();
      }
    }
    Command.process(directory, "train", "--resume", run).ok();
    assertThat(new RunFiles(run).metrics()).as("seed %d", seed).isEqualTo(UNBROKEN);
    for (String file : List.of("model.safetensors", "optimizer.safetensors")) {
      assertThat(run.resolve("last").resolve(file))
          .as("seed %d: %s", seed, file)
          .hasSameBinaryContentAs(directory.resolve("unbroken/last").resolve(file));
    }
    assertThat(new RunFiles(run).names())
        .as("seed %d", seed)
        .filteredOn(name -> !name.startsWith("metrics-")) // of steps before the first checkpoint
        .contains("best", "last", "metrics.jsonl", "report.html", "run.json", "step-" + STEPS)
        .hasSizeLessThanOrEqualTo(9); // the lock, one checkpoint more, and the best step
  }

  @Test
  void aSecondProcessIsTurnedAway() throws Exception {
    Path run = directory.resolve("taken");
    try (Command.Running first = start(run)) {
      while (new RunFiles(run).lines().isEmpty()) {
        assertThat(first.process().isAlive()).isTrue();
        Thread.sleep(1);
      }
      Command.Result second = Command.here("train", "--resume", run);
      assertThat(second.code()).isEqualTo(1);
      assertThat(second.err())
          .containsOnlyOnce("gss:")
          .contains(run + ": process " + first.process().pid() + " trains here");
      first.process().destroyForcibly().waitFor();
    }
  }

  @Test
  void aSignalFinishesTheStepSavesAndSaysHowToGoOn() throws Exception {
    Map<String, String> called = Map.of("GSS_COMMAND", "bin/gss");
    List<String> signals = interruptsAreIgnored() ? List.of("TERM") : List.of("TERM", "INT");
    for (String signal : signals) {
      Path run = directory.resolve("stopped-" + signal);
      Files.createDirectories(run);
      try (Command.Running running =
          Command.start(called, directory, args("--out", run, "--steps", ENDLESS))) {
        while (new RunFiles(run).lines().size() < 10) {
          assertThat(running.process().isAlive()).isTrue();
          Thread.sleep(1);
        }
        running.signal(signal);
        Command.Result result = running.end().ok();
        long steps = new RunFiles(run).steps();
        assertThat(steps).isBetween(5L, ENDLESS - 1L);
        assertThat(result.out())
            .isEqualTo(
                "Stopped after step %d and saved. To resume: bin/gss train --resume %s%n",
                steps, run);
        assertThat(run.resolve("last").toRealPath()).endsWith(Path.of("step-" + steps));
        assertThat(new RunFiles(run).names()).noneMatch(name -> name.endsWith(".writing"));
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
