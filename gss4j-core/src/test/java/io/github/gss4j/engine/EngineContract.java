package io.github.gss4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.LayerConfig;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.generation.DecodingBatch;
import io.github.gss4j.generation.DecodingListener;
import io.github.gss4j.generation.DecodingRow;
import io.github.gss4j.generation.Generated;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Sampling;
import io.github.gss4j.generation.Session;
import io.github.gss4j.generation.TextGenerator;
import io.github.gss4j.generation.Token;
import io.github.gss4j.tokenizer.ByteTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What decoding promises, whatever the engine: each engine's tests extend this. */
public abstract class EngineContract extends SessionContract {
  @ParameterizedTest
  @MethodSource("stacks")
  void rowsThatJoinPauseAndLeaveWriteWhatEachWritesAlone(List<LayerConfig> layers) {
    Random random = new Random(SEED);
    try (InferenceModel model = model(layers);
        DecodingBatch batch = new DecodingBatch(model, null, 7)) {
      List<DecodingRow> rows = new ArrayList<>();
      List<List<Integer>> expected = new ArrayList<>();
      List<DecodingRow> paused = new ArrayList<>();
      while (rows.size() < 32 || batch.size() > 0) {
        if (rows.size() < 32 && random.nextInt(2) == 0) {
          int[] prompt = ids(random, 1 + random.nextInt(25));
          GenerationOptions options = greedy(1 + random.nextInt(20));
          expected.add(alone(model, prompt, options));
          rows.add(batch.join(prompt, options, DecodingListener.SILENT));
        }
        if (!rows.isEmpty() && random.nextInt(3) == 0) {
          DecodingRow row = rows.get(random.nextInt(rows.size()));
          row.pause();
          paused.add(row);
        }
        if (!paused.isEmpty() && random.nextInt(3) == 0) {
          paused.remove(random.nextInt(paused.size())).resume();
        }
        batch.step();
        if (rows.size() == 32) {
          paused.forEach(DecodingRow::resume);
          paused.clear();
        }
      }
      for (int i = 0; i < rows.size(); i++) {
        assertThat(rows.get(i).result().ids()).as("row %d", i).isEqualTo(expected.get(i));
        assertThat(rows.get(i).result().reason()).isEqualTo(Generated.Reason.LENGTH);
      }
    }
  }

  @Test
  void aCancelledRowEndsBeforeItsNextTokenAndHarmsNoOther() {
    int[] prompt = ids(new Random(SEED), 50);
    try (InferenceModel model = hybrid();
        DecodingBatch batch = new DecodingBatch(model, null, 10)) {
      DecodingRow reading = batch.join(prompt, greedy(1000), DecodingListener.SILENT);
      batch.step();
      reading.cancel();
      assertThat(batch.step()).isFalse();
      assertThat(reading.result().reason()).isEqualTo(Generated.Reason.CANCELLED);
      assertThat(reading.promptRead()).isEqualTo(10);

      DecodingRow cancelled = batch.join(prompt, greedy(1000), DecodingListener.SILENT);
      DecodingRow other = batch.join(prompt, greedy(30), DecodingListener.SILENT);
      while (cancelled.written() < 5) {
        batch.step();
      }
      cancelled.cancel();
      batch.step();
      assertThat(cancelled.ended()).isTrue();
      assertThat(cancelled.result().ids()).hasSize(5);
      batch.run();
      assertThat(other.result().ids()).isEqualTo(alone(model, prompt, greedy(30)));
    }
  }

  @Test
  void aListenerEndsItsRow() {
    int[] prompt = ids(new Random(SEED), 5);
    List<Integer> heard = new ArrayList<>();
    try (InferenceModel model = hybrid();
        Session session = Session.start(model, null)) {
      Generated some =
          session.generate(
              prompt,
              greedy(100),
              token -> {
                heard.add(token.id());
                return heard.size() < 4;
              });
      assertThat(some.reason()).isEqualTo(Generated.Reason.CANCELLED);
      assertThat(heard).hasSize(4).isEqualTo(some.ids());
      assertThat(session.tokens()).isEqualTo(9);
      heard.addAll(session.generate(new int[0], greedy(6), DecodingListener.SILENT).ids());
      assertThat(heard).isEqualTo(alone(model, prompt, greedy(10)));
    }
  }

  @Test
  void aRowIsForkedAtAnyToken() {
    int[] prompt = ids(new Random(SEED), 5);
    try (InferenceModel model = hybrid();
        DecodingBatch batch = new DecodingBatch(model, null, 10)) {
      List<Integer> whole = alone(model, prompt, greedy(20));
      DecodingRow row = batch.join(prompt, greedy(20), DecodingListener.SILENT);
      batch.join(ids(new Random(SEED + 1), 9), greedy(20), DecodingListener.SILENT);
      while (row.written() < 7) {
        batch.step();
      }
      try (Session fork = batch.fork(row)) {
        assertThat(fork.tokens()).isEqualTo(prompt.length + 7);
        assertThat(fork.generate(new int[0], greedy(13), DecodingListener.SILENT).ids())
            .isEqualTo(whole.subList(7, 20));
      }
      batch.run();
      assertThat(row.result().ids()).isEqualTo(whole);
    }
  }

  @Test
  void oneSeedGivesOneTextAloneAndInABatch() {
    int[] prompt = ids(new Random(SEED), 5);
    GenerationOptions options =
        GenerationOptions.of(30, Sampling.seeded(3).withTopP(0.9).withTemperature(0.8));
    try (InferenceModel model = hybrid();
        DecodingBatch batch = new DecodingBatch(model, null, 10)) {
      DecodingRow first = batch.join(ids(new Random(1), 9), greedy(9), DecodingListener.SILENT);
      DecodingRow second = batch.join(prompt, options, DecodingListener.SILENT);
      batch.run();
      assertThat(first.result().ids()).hasSize(9);
      assertThat(second.result().ids()).isEqualTo(alone(model, prompt, options));
    }
  }

  @Test
  void theEndTokenIsHeardAndIsNoPartOfTheText() {
    int[] prompt = ids(new Random(SEED), 5);
    List<Token> heard = new ArrayList<>();
    try (InferenceModel model = hybrid();
        Session session = Session.start(model, null)) {
      List<Integer> free = alone(model, prompt, greedy(10));
      int end = free.get(6);
      Generated ended =
          session.generate(
              prompt,
              greedy(10).withEndToken(end).withLogProbabilities(2),
              new DecodingListener() {
                @Override
                public boolean token(Token token) {
                  return true;
                }

                @Override
                public void endToken(Token token) {
                  heard.add(token);
                }
              });
      assertThat(ended.ids()).isEqualTo(free.subList(0, free.indexOf(end)));
      assertThat(heard).singleElement().extracting(Token::id).isEqualTo(end);
      assertThat(heard.get(0).logProbability())
          .isEqualTo(heard.get(0).top().get(0).logProbability());
    }
  }

  @Test
  void aSessionThatHasReadThePromptWritesAsIfTheRowReadIt() {
    int[] prompt = ids(new Random(SEED), 30);
    GenerationOptions penalised =
        GenerationOptions.of(20, Sampling.greedy().withRepetitionPenalty(3));
    try (InferenceModel model = hybrid();
        DecodingBatch batch = new DecodingBatch(model, null, 10);
        Session session = Session.start(model, null)) {
      session.read(prompt);
      DecodingRow row = batch.join(session, new int[0], penalised, DecodingListener.SILENT);
      row.note(prompt);
      batch.run();
      assertThat(row.result().ids()).isEqualTo(alone(model, prompt, penalised));
    }
  }

  @Test
  void aStopTextIsCutAndOnlyWhatCouldBeginItIsHeldBack() {
    ModelConfig bytes = ModelConfig.of(256, 16, 1).withLayers(List.of(new GssConfig(6, 8, true)));
    try (InferenceModel model = model(bytes)) {
      TextGenerator writer = new TextGenerator(model, new ByteTokenizer());
      GenerationOptions options = GenerationOptions.of(60, Sampling.seeded(8));
      String free = writer.generate("x", options).text();
      String stop = free.substring(20, 23);
      StringBuilder shown = new StringBuilder();
      Generated stopped =
          writer
              .generate(
                  List.of(new int[] {'x'}),
                  options.withStop(List.of(stop)),
                  (sequence, id, text) -> shown.append(text))
              .get(0);
      assertThat(stopped.text()).isEqualTo(free.substring(0, free.indexOf(stop)));
      assertThat(shown).hasToString(stopped.text());
      assertThat(stopped.reason()).isEqualTo(Generated.Reason.STOP_TEXT);
    }
  }

  @Test
  void tenThousandRowsLeaveNothingBehind() throws IOException {
    try (InferenceModel model = model(List.of(new GssConfig(4, 4, true)));
        DecodingBatch batch = new DecodingBatch(model, null, 8)) {
      Random random = new Random(SEED);
      long before = 0;
      for (int i = 0; i < 10_000; i++) {
        DecodingRow row =
            batch.join(
                ids(random, 1 + random.nextInt(4)),
                greedy(1 + random.nextInt(3)),
                DecodingListener.SILENT);
        if (random.nextInt(4) == 0) {
          row.cancel();
        }
        if (batch.size() > 64) {
          batch.step();
        }
        if (i == 3_000) {
          before = residentBytes();
        }
      }
      batch.run();
      assertThat(batch.size()).isZero();
      assertThat(residentBytes() - before).isLessThan(64L << 20);
    }
  }

  private static long residentBytes() throws IOException {
    System.gc();
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElse(0);
  }

  @Test
  void threadsShareAModelAndEachGetsItsOwnTokens() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try (InferenceModel model = hybrid()) {
      List<int[]> prompts =
          IntStream.range(0, 16).mapToObj(i -> ids(new Random(i), 3 + i)).toList();
      List<List<Integer>> expected =
          prompts.stream().map(prompt -> alone(model, prompt, greedy(25))).toList();
      List<Future<List<Integer>>> found = new ArrayList<>();
      for (int[] prompt : prompts) {
        found.add(threads.submit(() -> alone(model, prompt, greedy(25))));
      }
      for (int i = 0; i < prompts.size(); i++) {
        assertThat(found.get(i).get()).isEqualTo(expected.get(i));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aTextLongerThanTheModelReadsEndsItsOwnRowOnly() {
    ModelConfig config =
        ModelConfig.of(VOCABULARY, 16, 1)
            .withLayers(List.of(new io.github.gss4j.config.DsConvConfig(2, 8, 20)));
    try (InferenceModel model = model(config);
        DecodingBatch batch = new DecodingBatch(model, null, 30)) {
      DecodingRow tooLong = batch.join(new int[15], greedy(10), DecodingListener.SILENT);
      DecodingRow other = batch.join(new int[5], greedy(10), DecodingListener.SILENT);
      batch.run();
      assertThatThrownBy(tooLong::result)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("max_seq_len");
      assertThat(other.result().ids()).isEqualTo(alone(model, new int[5], greedy(10)));
    }
  }

  @Test
  void badPromptsAreRefused() {
    try (InferenceModel model = hybrid();
        DecodingBatch batch = new DecodingBatch(model, null, 8)) {
      assertThatThrownBy(() -> batch.join(new int[0], greedy(1), DecodingListener.SILENT))
          .hasMessageContaining("prompt is empty");
      assertThatThrownBy(() -> batch.join(new int[] {61}, greedy(1), DecodingListener.SILENT))
          .hasMessage("prompt id 61 is out of range, expected 0 to 60");
      assertThatThrownBy(
              () ->
                  batch.join(
                      new int[] {1}, greedy(1).withStop(List.of("x")), DecodingListener.SILENT))
          .hasMessageContaining("stop texts need a tokenizer");
      assertThat(batch.size()).isZero();
    }
  }
}
