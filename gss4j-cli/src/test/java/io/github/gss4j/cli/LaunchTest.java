package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ranks as processes: they leave what one leaves, and lose nothing when some are killed. */
class LaunchTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int STEPS = 40;

  @TempDir Path directory;

  private Object[] launch(Path run, Object... more) throws IOException {
    List<Object> args =
        new ArrayList<>(List.of("launch", "--nproc", 2, "--logs", run + "-logs", "train"));
    args.addAll(List.of("--timeout", 20, "--shard", "full"));
    if (Files.exists(run.resolve("run.json"))) {
      args.addAll(List.of("--resume", run));
    } else {
      Object[] tiny = Tiny.train(Tiny.text(directory), "--steps", STEPS, "--out", run);
      args.addAll(List.of(tiny).subList(1, tiny.length));
      args.addAll(List.of("--save-every", 5, "--eval-every", 8, "--eval-tokens", 500));
    }
    args.addAll(List.of(more));
    return args.toArray();
  }

  private static List<ObjectNode> comparable(Path run) throws IOException {
    List<ObjectNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      ObjectNode json = (ObjectNode) JSON.readTree(line);
      json.remove(List.of("tokens_per_second", "resident_bytes"));
      lines.add(json);
    }
    return lines;
  }

  private static long lines(Path run) throws IOException {
    Path metrics = run.resolve("metrics.jsonl");
    return Files.exists(metrics) ? Files.readAllLines(metrics).size() : 0;
  }

  /** Waits until a run has logged so much, then kills some of its ranks. */
  private static Command.Result killed(Command.Running running, Path run, long from, int count)
      throws Exception {
    while (lines(run) < from) {
      assertThat(running.process().isAlive()).as("alive, waiting").isTrue();
      Thread.sleep(1);
    }
    List<ProcessHandle> ranks =
        running
            .process()
            .descendants()
            .sorted(Comparator.comparingLong(ProcessHandle::pid).reversed())
            .toList();
    ranks.subList(0, count).forEach(ProcessHandle::destroyForcibly);
    return running.end();
  }

  @Test
  void ranksThatAreKilledGoOnToTheSameBits() throws Exception {
    Path unbroken = directory.resolve("unbroken");
    Command.Result whole = Command.process(directory, launch(unbroken)).ok();
    assertThat(whole.out()).startsWith(STEPS + " steps, ").doesNotContain("Gloo");
    assertThat(Path.of(unbroken + "-logs/rank-0.log")).exists();
    assertThat(Path.of(unbroken + "-logs/rank-1.log")).exists();

    Path run = directory.resolve("killed");
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int count : List.of(1, 2)) {
      long from = lines(run) + 3 + random.nextInt(8);
      try (Command.Running running = Command.start(directory, launch(run))) {
        Command.Result result = killed(running, run, from, count);
        assertThat(result.code()).as("seed %d", seed).isEqualTo(1);
        assertThat(result.err())
            .as("seed %d", seed)
            .containsPattern(
                "gss: rank [01] (was killed by signal 9|ended with exit code 1: rank)");
      }
    }
    Command.process(directory, launch(run)).ok();
    assertThat(comparable(run)).as("seed %d", seed).isEqualTo(comparable(unbroken));

    Path file = directory.resolve("one.safetensors");
    assertThat(Command.here("convert", run, file).code()).isZero();
    assertThat(file).isNotEmptyFile();
  }

  @Test
  void ranksEndWithAKilledLauncher() throws Exception {
    Path run = directory.resolve("orphaned");
    Object[] args = launch(run);
    args[List.of(args).indexOf("--steps") + 1] = 100_000;
    try (Command.Running running = Command.start(directory, args)) {
      while (lines(run) < 3) {
        assertThat(running.process().isAlive()).as("alive, waiting").isTrue();
        Thread.sleep(10);
      }
      List<ProcessHandle> ranks = running.process().descendants().toList();
      assertThat(ranks).hasSize(2);
      running.process().destroyForcibly();
      for (ProcessHandle rank : ranks) {
        rank.onExit().get(20, TimeUnit.SECONDS);
      }
      assertThat(running.end().err()).doesNotContain("does not answer any more");
    }
  }

  @Test
  void ranksTrainAClassifierAsOneProcessDoes() throws IOException {
    ObjectNode config = JSON.createObjectNode().put("data", "pathfinder:16").put("test_images", 20);
    config.put("input_dim", 1).put("num_classes", 2).put("dim", 8).put("depth", 1);
    config.put("dss_kernel_N", 4).put("dss_kernel_H", 8).put("init", "long_range");
    config.put("bidirectional", true).put("dtype", "float64");
    config.put("steps", 3).put("batch", 4).put("eval_every", 3).put("eval_examples", 20);
    Path two = directory.resolve("two.json");
    JSON.writeValue(two.toFile(), config);
    Path one = directory.resolve("one.json");
    JSON.writeValue(one.toFile(), config.put("accumulate", 2));
    Path ranks = directory.resolve("ranks");
    Object[] classify = {
      "launch", "--nproc", 2, "--logs", ranks + "-logs", "classify", "--config", two, "--out", ranks
    };
    Command.Result result = Command.process(directory, classify).ok();
    assertThat(result.out()).containsOnlyOnce("test accuracy");
    Path alone = directory.resolve("alone");
    Command.here("classify", "--config", one, "--out", alone).ok();
    List<ObjectNode> expected = comparable(alone);
    List<ObjectNode> found = comparable(ranks);
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(found.get(i).path("loss").asDouble())
          .isCloseTo(expected.get(i).path("loss").asDouble(), within(1e-10));
    }
    assertThat(found.get(found.size() - 1).path("accuracy"))
        .isEqualTo(expected.get(expected.size() - 1).path("accuracy"));
  }

  @Test
  void whatARankRefusesIsTheReasonOfTheLaunch() throws IOException {
    Path run = directory.resolve("refused");
    Command.Result result = Command.process(directory, launch(run, "--communicate", "loudly"));
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .contains("--communicate is 'loudly', expected exact or bfloat16 (log: ");
    Command.here("launch", "--nproc", 0, "train").refused("--nproc is 0, expected at least 1");
    Command.here("launch", "--nproc", 1, "demo")
        .refused("COMMAND is demo, expected train or classify");
    Command.here("launch", "--nproc", 1, "--nnodes", 2, "train").refused("--master is not given");
  }
}
