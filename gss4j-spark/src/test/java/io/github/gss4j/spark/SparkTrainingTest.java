package io.github.gss4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.tracking.MetricsLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Barrier tasks start real rank processes, which train a tiny model. */
class SparkTrainingTest {
  private static final int STEPS = 60;
  private static final int SAVED = 5;

  @TempDir static Path directory;
  private static JavaSparkContext spark;
  private final List<MetricLine> heard = Collections.synchronizedList(new ArrayList<>());
  private boolean killed;
  private final List<String> failures = Collections.synchronizedList(new ArrayList<>());

  @BeforeAll
  static void begin() throws IOException {
    writeLauncher();
    writeText();
    spark =
        new JavaSparkContext(
            new SparkConf()
                .setMaster("local[2,4]")
                .setAppName("test")
                .set("spark.ui.enabled", "false")
                .set("spark.stage.maxConsecutiveAttempts", "2")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1")
                .set("spark.local.dir", directory.resolve("spark").toString()));
  }

  @AfterAll
  static void end() {
    spark.close();
  }

  /** What the launcher does, on the tests' class path. */
  private static void writeLauncher() throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String newer = Runtime.version().feature() >= 23 ? "--sun-misc-unsafe-memory-access=allow" : "";
    String script =
        """
        #!/bin/sh
        export GSS_CACHE='%s'
        exec '%s' -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \\
          --enable-native-access=ALL-UNNAMED %s -cp '%s' io.github.gss4j.cli.Gss "$@"
        """
            .formatted(
                directory.resolve("cache"), java, newer, System.getProperty("java.class.path"));
    Path gss = Files.writeString(directory.resolve("gss"), script);
    Files.setPosixFilePermissions(gss, PosixFilePermissions.fromString("rwx------"));
  }

  private static void writeText() throws IOException {
    String[] words = {"the", "state", "of", "a", "gate", "is", "kept", "and", "read"};
    SplittableRandom random = new SplittableRandom(7);
    StringBuilder text = new StringBuilder();
    while (text.length() < 20_000) {
      text.append(words[random.nextInt(words.length)]).append(random.nextInt(9) == 0 ? ".\n" : " ");
    }
    Files.writeString(directory.resolve("text.txt"), text);
  }

  private static RankCommand command(String out, String... more) {
    List<String> train = new ArrayList<>(List.of("train", "--out", out, "--data", "text.txt"));
    String flags =
        "--dim 32 --depth 2 --dss-kernel-N 8 --dss-kernel-H 8 --seq-len 64 --batch 2 --warmup 5"
            + " --dtype float32 --eval-every 10 --eval-tokens 500 --timeout 20"
            + " --shard full --save-every "
            + SAVED
            + " --steps "
            + STEPS;
    train.addAll(List.of(flags.split(" ", -1)));
    train.addAll(List.of(more));
    return new RankCommand(directory.toString(), directory.toString(), train);
  }

  private List<String> train(RankCommand command, Consumer<MetricLine> also) {
    return new SparkTraining(spark, command, 2).run(also.andThen(heard::add), failures::add);
  }

  /** All that was measured, without what depends on the moment. */
  private static List<String> comparable(List<MetricLine> lines) {
    List<String> comparable = new ArrayList<>();
    for (MetricLine line : lines) {
      if (line instanceof MetricLine.Step step) {
        comparable.add(step.step() + " " + step.loss() + " " + step.gradNorm());
      } else if (!(line instanceof MetricLine.LayerStats)) {
        comparable.add(line.toString());
      }
    }
    return comparable;
  }

  private static List<String> measured(String out) throws IOException {
    return comparable(MetricsLog.read(directory.resolve(out).resolve("metrics.jsonl")));
  }

  private static List<ProcessHandle> ranks() {
    return ProcessHandle.current().children().filter(ProcessHandle::isAlive).toList();
  }

  @Test
  void aKilledRankIsStartedAgainAndTheLossesAreTheSame() throws IOException {
    List<String> results = train(command("unbroken"), line -> {});
    assertThat(failures).isEmpty();
    assertThat(results.get(0)).startsWith(STEPS + " steps, ");
    assertThat(directory.resolve("unbroken")).isDirectoryContaining("glob:**/report.html");
    assertThat(measured("unbroken")).hasSizeGreaterThan(STEPS).isEqualTo(comparable(heard));
    heard.clear();

    train(command("killed"), this::killOnce);
    assertThat(failures).singleElement().asString().contains("attempt 1 failed: rank ");
    assertThat(measured("killed")).isEqualTo(measured("unbroken")).isEqualTo(comparable(heard));
    assertThat(MetricsLog.read(directory.resolve("killed/metrics.jsonl")))
        .as("steps up to the checkpoint were not taken again: even their speed is the same")
        .containsAll(heard.stream().filter(line -> line.step() <= SAVED).toList());
    assertThat(ranks()).isEmpty();
  }

  private void killOnce(MetricLine line) {
    if (line.step() == SAVED + 1 && !killed) {
      killed = true;
      List<ProcessHandle> ranks = ranks();
      assertThat(ranks).hasSize(2);
      ranks.get(1).destroyForcibly();
    }
  }

  @Test
  void whatARankRefusesIsTheReasonOnceSparkGivesUp() {
    assertThatThrownBy(() -> train(command("refused", "--communicate", "loudly"), line -> {}))
        .hasMessageMatching(
            "rank [01] ended with exit code 2: --communicate is 'loudly', .* \\(on .*\\)");
    RankCommand nowhere =
        new RankCommand("/nowhere", directory.toString(), command("refused").train());
    assertThatThrownBy(() -> train(nowhere, line -> {}))
        .hasMessageContaining(
            "/nowhere: has no program bin/gss or gss here, expected gss4j in --gss-home");
  }
}
