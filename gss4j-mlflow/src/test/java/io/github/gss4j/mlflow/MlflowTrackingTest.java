package io.github.gss4j.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.config.training.BatchConfig;
import io.github.gss4j.config.training.ComputeConfig;
import io.github.gss4j.config.training.DataConfig;
import io.github.gss4j.config.training.IntervalConfig;
import io.github.gss4j.config.training.LongRun;
import io.github.gss4j.config.training.StateConfig;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.data.Corpus;
import io.github.gss4j.data.CorpusSource;
import io.github.gss4j.optim.Decay;
import io.github.gss4j.optim.OptimizerConfig;
import io.github.gss4j.optim.Schedule;
import io.github.gss4j.run.TrainingRun;
import io.github.gss4j.run.listener.RunListener;
import io.github.gss4j.run.listener.RunListeners;
import io.github.gss4j.run.listener.RunOutcome;
import io.github.gss4j.run.listener.SafeListener;
import io.github.gss4j.tokenizer.ByteTokenizer;
import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.tracking.MetricsLog;
import io.github.gss4j.trainer.StepMetrics;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Runs and a server that is well, away, slow or in trouble; a real one: check_mlflow.py. */
class MlflowTrackingTest {
  private static final int STEPS = 12;

  @TempDir Path directory;
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private int steps = STEPS;
  private Duration timeout = Duration.ofSeconds(10);
  private Duration grace = Duration.ofMillis(100);

  @BeforeEach
  void listen() {
    log.start();
    ((Logger) LoggerFactory.getLogger("io.github.gss4j.mlflow")).addAppender(log);
  }

  @AfterEach
  void listenNoMore() {
    ((Logger) LoggerFactory.getLogger("io.github.gss4j.mlflow")).detachAppender(log);
  }

  private String prompt = "a";

  private TrainConfig config() {
    return TrainConfig.defaults()
        .with(new DataConfig("text.txt", "", 0))
        .with(
            ModelConfig.of(256, 8, 1).withOptions(new GssConfig(4, 4, true)).withTokenizer("bytes"))
        .with(new BatchConfig(1, 1, false, 16, StateConfig.NONE))
        .with(OptimizerConfig.DEFAULT.withLr(1e-2).withWeightDecay(0, false))
        .with(new Schedule(steps, 0, new Decay.Constant()))
        .with(new IntervalConfig(5, 50, 4, 0, prompt, 0.7))
        .with(LongRun.DEFAULT.withWatchEvery(4))
        .with(new ComputeConfig("float32", "cpu", false));
  }

  private RunOutcome run(URI uri, Path out, BooleanSupplier stop, LongConsumer stepped)
      throws IOException {
    Path text = directory.resolve("text.txt");
    Files.writeString(text, "the state of a gate is kept. ".repeat(100));
    RunListener own =
        new RunListener() {
          @Override
          public void stepped(long step, StepMetrics result, double tokensPerSecond) {
            stepped.accept(step);
          }
        };
    try (Corpus corpus = Corpus.open(CorpusSource.parse(text.toString()), directory);
        SafeListener mlflow =
            new SafeListener("MLflow", new MlflowTracking(uri, "tiny", timeout, grace));
        TrainingRun run =
            Files.exists(out)
                ? TrainingRun.resume(config(), out, corpus, new ByteTokenizer(), both(own, mlflow))
                : TrainingRun.start(
                    config(), out, corpus, new ByteTokenizer(), both(own, mlflow))) {
      return run.run(stop);
    }
  }

  private static RunListener both(RunListener one, RunListener two) {
    return new RunListeners(List.of(one, two));
  }

  private List<ILoggingEvent> warnings() {
    return log.list.stream().filter(e -> e.getLevel() == Level.WARN).toList();
  }

  private static void assertWhole(FakeMlflow server, Path out) throws IOException {
    assertThat(server.doubled).as("a step twice").isFalse();
    assertThat(server.status).isEqualTo("FINISHED");
    assertThat(server.params).containsEntry("dim", "8").containsEntry("data", "text.txt");
    for (MetricLine line : MetricsLog.read(out.resolve("metrics.jsonl"))) {
      if (line instanceof MetricLine.Step step) {
        assertThat(server.metrics.get("train/loss")).containsEntry(step.step(), step.loss());
      } else if (line instanceof MetricLine.LayerStats stats) {
        stats
            .gradNorms()
            .forEach(
                (layer, norm) ->
                    assertThat(server.metrics.get("grad_norm/" + layer))
                        .containsEntry(stats.step(), norm));
      } else if (line instanceof MetricLine.Evaluation seen) {
        assertThat(server.metrics.get(seen.whole() ? "held_out/loss" : "eval/loss"))
            .containsEntry(seen.step(), seen.evalLoss());
      }
    }
    assertThat(server.metrics.get("train/loss")).hasSize(STEPS);
    String root = "7/r" + server.runs + "/artifacts/";
    for (String name : List.of("run.json", "metrics.jsonl", "report.html")) {
      assertThat(server.artifacts.get(root + name))
          .as(name)
          .isEqualTo(Files.readAllBytes(out.resolve(name)));
    }
    assertThat(server.artifacts.get(root + "model/model.safetensors"))
        .isEqualTo(Files.readAllBytes(out.resolve("best/model.safetensors")));
    assertThat(server.artifacts).doesNotContainKey(root + "model/optimizer.safetensors");
    assertThat(server.models).containsEntry("tiny", "mlflow-artifacts:/" + root + "model");
  }

  @Test
  void theServerHasAllOfARun() throws IOException {
    Path out = directory.resolve("run");
    try (FakeMlflow server = new FakeMlflow()) {
      server.models.put("tiny", "an earlier version");
      assertThat(run(server.uri(), out, () -> false, step -> {}).finished()).isTrue();
      assertWhole(server, out);
      assertThat(server.runs).hasValue(1);
      assertThat(warnings()).isEmpty();
    }
  }

  @Test
  void aRunThatWasDeletedThereIsMadeAnewWithAllOfIt() throws IOException {
    Path out = directory.resolve("run");
    try (FakeMlflow server = new FakeMlflow()) {
      run(
          server.uri(),
          out,
          () -> false,
          step -> {
            if (step == 6) {
              server.awaitMetrics();
              server.runDeleted = true;
            }
          });
      assertWhole(server, out);
      assertThat(server.runs).hasValue(2);
      assertThat(out.resolve("mlflow.id")).hasContent("r2");
      server.runDeleted = true; // between two processes
      run(server.uri(), out, () -> false, step -> {});
      assertWhole(server, out);
      assertThat(server.runs).hasValue(3);
    }
  }

  @Test
  void anExperimentThatAnotherProcessMakesAtThatMomentIsTaken() throws IOException {
    Path out = directory.resolve("run");
    try (FakeMlflow server = new FakeMlflow()) {
      server.raced = true;
      run(server.uri(), out, () -> false, step -> {});
      assertWhole(server, out);
      assertThat(warnings()).isEmpty();
    }
  }

  @Test
  void aDeletedExperimentIsNamedWithWhatToDo() throws IOException {
    try (FakeMlflow server = new FakeMlflow()) {
      server.experiment = "deleted";
      run(server.uri(), directory.resolve("run"), () -> false, step -> {});
      assertThat(server.runs).hasValue(0);
      assertThat(warnings().get(0).getFormattedMessage())
          .contains("experiment 'tiny' is deleted: restore it or choose another");
    }
  }

  @Test
  void longValuesAreCutAtACharacterAndAllParametersArrive() throws IOException {
    for (String text : List.of("x".repeat(501), "𝄞".repeat(501), "x".repeat(499) + "𝄞y")) {
      prompt = text;
      Path out = directory.resolve("run" + text.hashCode());
      try (FakeMlflow server = new FakeMlflow()) {
        run(server.uri(), out, () -> false, step -> {});
        assertWhole(server, out);
        assertThat(server.params.get("prompt"))
            .satisfies(sent -> assertThat(sent.codePointCount(0, sent.length())).isEqualTo(500))
            .startsWith(text.substring(0, text.offsetByCodePoints(0, 499)))
            .endsWith("…");
        assertThat(warnings()).isEmpty();
      }
    }
    assertThat(RemoteRun.cut("x".repeat(500))).isEqualTo("x".repeat(500));
  }

  @Test
  void aParameterThatTheServerRefusesIsNamedAndTheOthersArrive() throws IOException {
    prompt = "a\0b";
    Path out = directory.resolve("run");
    try (FakeMlflow server = new FakeMlflow()) {
      run(server.uri(), out, () -> false, step -> {});
      assertWhole(server, out);
      assertThat(server.params).doesNotContainKey("prompt").containsEntry("dim", "8");
      assertThat(warnings()).hasSize(1);
      assertThat(warnings().get(0).getFormattedMessage()).contains("prompt: answered 400");
    }
  }

  @Test
  void aResumedRunIsTheSameRunThere() throws IOException {
    Path out = directory.resolve("run");
    try (FakeMlflow server = new FakeMlflow()) {
      long[] reached = new long[1];
      assertThat(run(server.uri(), out, () -> reached[0] == 6, s -> reached[0] = s).finished())
          .isFalse();
      assertThat(server.status).isEqualTo("KILLED");
      server.metrics.get("train/loss").keySet().removeIf(step -> step > 3); // as killed, unsent
      run(server.uri(), out, () -> false, step -> {});
      run(server.uri(), out, () -> false, step -> {}); // once more: nothing new
      assertWhole(server, out);
      assertThat(server.versions).hasValue(1);
    }
  }

  @Test
  void aRunThatLearnsMoreIsOneMoreVersion() throws IOException {
    Path out = directory.resolve("run");
    try (FakeMlflow server = new FakeMlflow()) {
      run(server.uri(), out, () -> false, step -> {});
      steps = STEPS + 8;
      run(server.uri(), out, () -> false, step -> {});
      assertThat(server.versions).hasValue(2);
    }
  }

  @Test
  void whatAServerInTroubleMissesItGetsLater() throws IOException {
    Path out = directory.resolve("run");
    try (FakeMlflow server = new FakeMlflow()) {
      server.mood = FakeMlflow.Mood.HANGS;
      timeout = Duration.ofSeconds(1);
      grace = Duration.ofSeconds(60);
      run(
          server.uri(),
          out,
          () -> false,
          step -> {
            if (step == 3) {
              server.awaitRequest();
            }
            server.mood = step < 4 ? server.mood : FakeMlflow.Mood.WELL;
          });
      assertWhole(server, out);
      assertThat(warnings().get(0).getFormattedMessage()).contains("no answer within 1000 ms");
    }
  }

  @Test
  void noServerCanStopARun() throws IOException {
    double expected = 0;
    try (FakeMlflow server = new FakeMlflow()) {
      expected = run(server.uri(), directory.resolve("w"), () -> false, s -> {}).heldOut().loss();
    }
    for (FakeMlflow.Mood mood : List.of(FakeMlflow.Mood.ANSWERS_500, FakeMlflow.Mood.HANGS)) {
      log.list.clear();
      try (FakeMlflow server = new FakeMlflow()) {
        server.mood = mood;
        timeout = Duration.ofSeconds(mood == FakeMlflow.Mood.HANGS ? 1 : 10);
        RunOutcome outcome =
            run(server.uri(), directory.resolve(mood.name()), () -> false, s -> {});
        assertThat(outcome.heldOut().loss()).isEqualTo(expected);
        assertThat(warnings()).as("%s: %s", mood, log.list).hasSize(2);
        assertThat(warnings().get(0).getFormattedMessage())
            .contains(server.uri().toString())
            .contains(mood == FakeMlflow.Mood.HANGS ? "no answer within" : "500");
        assertThat(warnings().get(1).getFormattedMessage()).contains("not sent");
      }
    }
    log.list.clear();
    URI nobody = URI.create("http://127.0.0.1:1");
    assertThat(run(nobody, directory.resolve("away"), () -> false, s -> {}).heldOut().loss())
        .isEqualTo(expected);
    assertThat(warnings()).hasSize(2);
  }

  @Test
  void anAddressThatIsNoServersIsRefused() {
    for (String wrong : new String[] {"file:///tmp", "localhost:5000", "server"}) {
      assertThatThrownBy(() -> new MlflowTracking(URI.create(wrong), "x"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(wrong);
    }
  }
}
