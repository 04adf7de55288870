package io.github.gss4j.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.data.Corpus;
import io.github.gss4j.data.CorpusSource;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Sampling;
import io.github.gss4j.generation.TextGenerator;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.run.listener.RunListener;
import io.github.gss4j.run.listener.RunView;
import io.github.gss4j.run.listener.SafeListener;
import io.github.gss4j.run.listener.TensorBoard;
import io.github.gss4j.tokenizer.ByteTokenizer;
import io.github.gss4j.torch.TorchModel;
import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.tracking.MetricsLog;
import io.github.gss4j.trainer.NonFiniteLossException;
import io.github.gss4j.trainer.StepMetrics;
import io.github.gss4j.trainer.TinyRun;
import io.github.gss4j.weights.PretrainedModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Whole runs, and who listens to them. */
class TrackedRunTest {
  @TempDir Path directory;
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    log.start();
    ((Logger) LoggerFactory.getLogger("io.github.gss4j.run")).addAppender(log);
  }

  @AfterEach
  void listenNoMore() {
    ((Logger) LoggerFactory.getLogger("io.github.gss4j.run")).detachAppender(log);
  }

  private static TrainConfig config(long steps, long watchEvery) {
    String settings =
        """
        {"data": "text.txt", "num_tokens": 256, "dim": 8, "depth": 1, "tokenizer": "bytes",
         "dss_kernel_N": 4, "dss_kernel_H": 4, "steps": %d, "batch": 1, "seq_len": 16, "seed": 1,
         "eval_every": 4, "eval_tokens": 50, "save_every": 3, "prompt": "a",
         "keep": 2, "max_bad_steps": 2, "ema": 0.9, "watch_every": %d}
        """;
    return TinyRun.config(TinyRun.config("float32"), settings.formatted(steps, watchEvery));
  }

  private double run(TrainConfig config, Path out, RunListener listener) throws IOException {
    Path text = directory.resolve("text.txt");
    Files.writeString(text, "the state of a gate is kept. ".repeat(100));
    try (Corpus corpus = Corpus.open(CorpusSource.parse(text.toString()), directory);
        TrainingRun run =
            Files.exists(out)
                ? TrainingRun.resume(config, out, corpus, new ByteTokenizer(), listener)
                : TrainingRun.start(config, out, corpus, new ByteTokenizer(), listener)) {
      return run.run(() -> false).heldOut().loss();
    }
  }

  @Test
  void aTextWithOneHeldOutTokenIsRefusedBeforeTheFirstStep() throws IOException {
    Path text = Files.writeString(directory.resolve("t.txt"), "twenty bytes of text");
    Path out = directory.resolve("out");
    try (Corpus corpus = Corpus.open(CorpusSource.parse(text.toString()), directory)) {
      assertThatThrownBy(
              () ->
                  TrainingRun.start(
                      config(2, 0), out, corpus, new ByteTokenizer(), new RunListener() {}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "the held-out text is 1 tokens long, expected at least 2: give more text, or a larger"
                  + " --held-out");
    }
    assertThat(out).doesNotExist();
  }

  private static List<Path> eventFiles(Path out) throws IOException {
    try (Stream<Path> files = Files.list(out.resolve("tensorboard"))) {
      return files.sorted().toList();
    }
  }

  @Test
  void watchingChangesNoBitAndEveryTagIsWritten() throws IOException {
    double plain = run(config(12, 0), directory.resolve("plain"), new RunListener() {});
    Path out = directory.resolve("watched");
    try (TensorBoard events = new TensorBoard(out.resolve("tensorboard"))) {
      assertThat(run(config(12, 3), out, events)).isEqualTo(plain);
    }
    assertThat(
            MetricsLog.read(out.resolve("metrics.jsonl")).stream()
                .filter(MetricLine.LayerStats.class::isInstance)
                .map(MetricLine::step))
        .containsExactly(3L, 6L, 9L, 12L);
    String bytes = Files.readString(eventFiles(out).get(0), StandardCharsets.ISO_8859_1);
    assertThat(bytes)
        .contains("train/loss", "train/lr", "train/grad_norm", "train/tokens_per_second")
        .contains("eval/bits_per_byte", "held_out/loss", "sample", "config", "kernels/layer 0")
        .contains("grad_norm/layers.0", "update_ratio/token_emb", "gradients/layers.0", "weights/")
        .contains("run/clipped_share", "run/skipped", "run/resident_bytes");
    try (TensorBoard events = new TensorBoard(out.resolve("tensorboard"))) {
      run(config(12, 3), out, events);
    }
    assertThat(eventFiles(out)).hasSize(2);
    assertThat(Files.readString(eventFiles(out).get(1), StandardCharsets.ISO_8859_1))
        .as("a finished run has nothing more to say")
        .doesNotContain("held_out/loss", "sample");
  }

  @Test
  void aSampleIsDrawnAtTheTemperatureAskedFor() throws IOException {
    Path out = directory.resolve("greedy");
    List<String> samples = new ArrayList<>();
    RunListener listener =
        new RunListener() {
          @Override
          public void sampled(long step, String prompt, String text) {
            samples.add(text);
          }
        };
    run(TinyRun.config(config(12, 0), "{\"sample_temperature\": 0, \"ema\": 0}"), out, listener);
    try (LanguageModel model =
            PretrainedModel.load(out.resolve("last"), Precision.FLOAT32, Tensors.device("cpu"));
        TorchModel engine = TorchModel.of(model)) {
      GenerationOptions greedy = GenerationOptions.of(400, Sampling.greedy());
      assertThat(samples)
          .containsExactly(
              new TextGenerator(engine, new ByteTokenizer()).generate("a", greedy).text());
    }
  }

  @Test
  void aStateSpaceWithoutAGateIsDrawnAsAGatedOneIs() throws IOException {
    Path out = directory.resolve("dss");
    try (TensorBoard events = new TensorBoard(out.resolve("tensorboard"))) {
      run(
          TinyRun.config(config(4, 0), "{\"layers\":[\"gss\",\"dss\"],\"dss_kernel_N\":4}"),
          out,
          events);
    }
    assertThat(Files.readString(eventFiles(out).get(0), StandardCharsets.ISO_8859_1))
        .contains("kernels/layer 0", "kernels/layer 1");
    assertThat(out.resolve("report.html")).content().contains("layer 0", "layer 1");
  }

  @Test
  void whatWatchesFromOutsideCannotStopARun() throws IOException {
    Path noDirectory = Files.writeString(directory.resolve("file"), "");
    try (SafeListener guarded = new SafeListener("TensorBoard", new TensorBoard(noDirectory))) {
      run(config(12, 3), directory.resolve("run"), guarded);
    }
    assertThat(log.list)
        .hasSize(1)
        .allMatch(e -> e.getFormattedMessage().contains(noDirectory.toString()))
        .allMatch(e -> e.getFormattedMessage().contains("continues without it"));
  }

  @Test
  void whatHasChangedSinceIsSaid() throws IOException {
    Path out = directory.resolve("run");
    run(config(4, 0), out, new RunListener() {});
    assertThat(log.list).isEmpty();
    run(config(5, 7), out, new RunListener() {});
    assertThat(log.list.stream().map(ILoggingEvent::getFormattedMessage))
        .containsExactly(
            "resuming with steps 5 instead of 4", "resuming with watch_every 7 instead of 0");
  }

  @Test
  void aKeyThatAnEarlierVersionDidNotHaveIsNoChange() throws IOException {
    Path out = directory.resolve("run");
    run(config(4, 0), out, new RunListener() {});
    Path file = out.resolve("run.json");
    String earlier = Files.readString(file).replaceAll("\"(add_modes|carry_length)\" : 0,", "");
    Files.writeString(file, earlier);
    run(config(5, 0), out, new RunListener() {});
    assertThat(log.list.stream().map(ILoggingEvent::getFormattedMessage))
        .containsExactly("resuming with steps 5 instead of 4");
  }

  @Test
  void aRunThatStopsForBadStepsNamesTheLastGoodCheckpoint() throws IOException {
    Path out = directory.resolve("run");
    RunView[] run = new RunView[1];
    RunListener spoiler =
        new RunListener() {
          @Override
          public void started(RunView started, long fromStep) {
            run[0] = started;
          }

          @Override
          public void stepped(long step, StepMetrics result, double tokensPerSecond) {
            if (step == 7) {
              var weight = run[0].model().parameters().get(0).value();
              Scopes.withoutGradient(() -> weight.fill_(new Scalar(Double.NaN)).detach());
            }
          }
        };
    assertThatThrownBy(() -> run(config(12, 0), out, spoiler))
        .isInstanceOf(NonFiniteLossException.class)
        .hasMessageContaining("step 9")
        .hasMessageContaining("2 in a row")
        .hasMessageContaining("The last good checkpoint is " + out.toRealPath().resolve("step-6"));
    run(config(12, 0), out, new RunListener() {});
    assertThat(MetricsLog.read(out.resolve("metrics.jsonl")))
        .filteredOn(MetricLine.Step.class::isInstance)
        .hasSize(12)
        .allMatch(line -> Double.isFinite(((MetricLine.Step) line).loss()));
  }
}
