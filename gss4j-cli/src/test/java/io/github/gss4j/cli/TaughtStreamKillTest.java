package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.config.GssConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The pretrained model's recipe in small, killed again and again: documents streamed, shuffled and
 * packed, micro-batches that alternate between cross entropy and a teacher.
 */
class TaughtStreamKillTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int STEPS = 90;
  private static final int EVAL_EVERY = 4;
  private static final int SAVE_EVERY = 3;
  private static final String RECIPE =
      "--stream --shuffle-buffer 40 --accumulate 3 --objective alternating --alternate micro"
          + " --temperature 2 --eval-tokens 1500 --keep 2";

  @TempDir static Path directory;
  private static Path shards;
  private static Path teacher;

  /** What a run is at when it is killed. */
  private enum Moment {
    READING,
    EVALUATING,
    SAVING
  }

  private static final List<Moment> TEN =
      List.of(
          Moment.READING,
          Moment.SAVING,
          Moment.EVALUATING,
          Moment.READING,
          Moment.EVALUATING,
          Moment.SAVING,
          Moment.READING,
          Moment.SAVING,
          Moment.EVALUATING,
          Moment.READING);

  @BeforeAll
  static void write() throws IOException {
    teacher = Tiny.model(directory.resolve("teacher"), new GssConfig(4, 4, true));
    shards = Files.createDirectory(directory.resolve("shards"));
    SplittableRandom random = new SplittableRandom(5);
    for (int shard = 0; shard < 4; shard++) {
      StringBuilder lines = new StringBuilder();
      for (int document = 0; document < 30; document++) {
        StringBuilder text = new StringBuilder();
        for (int word = random.nextInt(60); word >= 0; word--) {
          text.append(random.nextInt(100)).append(" gates ");
        }
        lines.append(JSON.writeValueAsString(Map.of("text", text.toString()))).append('\n');
      }
      Files.writeString(shards.resolve(shard + ".jsonl"), lines + "no document\n");
    }
  }

  private static Object[] args(Path run) {
    List<Object> args = new ArrayList<>(List.of((Object[]) RECIPE.split(" ", -1)));
    args.addAll(List.of("--teacher", teacher, "--out", run, "--steps", STEPS));
    args.addAll(List.of("--eval-every", EVAL_EVERY, "--save-every", SAVE_EVERY));
    return Tiny.train(shards, args.toArray());
  }

  @Test
  void aRunKilledInReadingEvaluatingAndSavingGoesOnToTheSameBits() throws Exception {
    Path unbroken = directory.resolve("unbroken");
    Command.process(directory, args(unbroken)).ok();
    Path killed = directory.resolve("killed");
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int kill = 0; kill < TEN.size(); kill++) {
      Moment moment = TEN.get(kill);
      long from = kill * 8L + random.nextInt(5);
      boolean hit = false;
      while (!hit) { // a kill that comes when the moment has passed is one more
        Object[] how =
            new RunFiles(killed).names().contains("run.json")
                ? new Object[] {"train", "--resume", killed}
                : args(killed);
        try (Command.Running running = Command.start(directory, how)) {
          hit = killIn(moment, from, killed, running, random.nextInt(4));
        }
      }
    }
    Command.process(directory, "train", "--resume", killed).ok();

    List<ObjectNode> metrics = new RunFiles(killed).metrics();
    assertThat(metrics).as("seed %d", seed).isEqualTo(new RunFiles(unbroken).metrics());
    assertThat(metrics.stream().filter(line -> line.has("loss")).map(line -> line.get("step")))
        .extracting(JsonNode::asInt)
        .isEqualTo(Stream.iterate(1, step -> step + 1).limit(STEPS).toList());
    assertThat(metrics.get(0).path("broken_rows").asInt())
        .as("the rest is read later")
        .isLessThan(4);
    assertThat(metrics).anyMatch(line -> line.path("broken_rows").asInt() == 4);
    assertThat(metrics).noneMatch(line -> line.path("broken_rows").asInt() > 4);
    assertThat(metrics).anyMatch(line -> line.path("objective").asText().equals("alternating"));
    for (String file : List.of("model.safetensors", "optimizer.safetensors")) {
      assertThat(killed.resolve("last").resolve(file))
          .as("seed %d", seed)
          .hasSameBinaryContentAs(unbroken.resolve("last").resolve(file));
    }
    assertThat(position(killed)).as("seed %d", seed).isEqualTo(position(unbroken));
    assertThat(position(killed).path("epoch").asInt()).as("all was read once").isPositive();
  }

  private static JsonNode position(Path run) throws IOException {
    return JSON.readTree(run.resolve("last/training.json").toFile()).path("position");
  }

  /** Kills a run a little after it comes to such a moment, and says whether that still lasted. */
  private static boolean killIn(
      Moment moment, long from, Path run, Command.Running running, int millis)
      throws InterruptedException {
    RunFiles files = new RunFiles(run);
    BooleanSupplier lasts =
        switch (moment) {
          case READING -> () -> files.steps() == saved(run);
          case EVALUATING -> () -> files.steps() >= from && files.isEvaluating(EVAL_EVERY);
          case SAVING -> () -> files.steps() >= from && files.isSaving();
        };
    while (!lasts.getAsBoolean() || (moment == Moment.READING && !hasShardOpen(running))) {
      if (!running.process().isAlive()) {
        fail("it ended while one waited for %s after step %d: %s", moment, from, running.end());
      }
      Thread.sleep(0, 200_000);
    }
    Thread.sleep(millis);
    running.process().destroyForcibly().waitFor();
    return lasts.getAsBoolean();
  }

  /** The step that a run continues from. */
  private static long saved(Path run) {
    try {
      String last = run.resolve("last").toRealPath().getFileName().toString();
      return Long.parseLong(last.substring("step-".length()));
    } catch (IOException none) {
      return 0;
    }
  }

  private static boolean hasShardOpen(Command.Running running) {
    Path descriptors = Path.of("/proc", running.process().pid() + "", "fd");
    try (Stream<Path> open = Files.list(descriptors)) {
      for (Path descriptor : open.toList()) {
        if (Files.readSymbolicLink(descriptor).startsWith(shards.toRealPath())) {
          return true;
        }
      }
      return false;
    } catch (IOException | UncheckedIOException closedMeanwhile) {
      return false;
    }
  }
}
