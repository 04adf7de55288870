package io.github.gss4j.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.checkpoint.ConfigFile;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.data.Corpus;
import io.github.gss4j.data.CorpusSource;
import io.github.gss4j.data.TokenArray;
import io.github.gss4j.data.TokenStore;
import io.github.gss4j.evaluation.Evaluator;
import io.github.gss4j.files.AtomicFile;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.run.TrainingRun;
import io.github.gss4j.run.files.RunDirectory;
import io.github.gss4j.run.listener.RunListener;
import io.github.gss4j.tokenizer.ByteTokenizer;
import io.github.gss4j.torch.TorchModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyTest {
  @TempDir Path directory;

  private Path text;
  private final List<String> trained = new ArrayList<>();

  @BeforeEach
  void writeText() throws IOException {
    SplittableRandom random = new SplittableRandom(3);
    StringBuilder words = new StringBuilder();
    while (words.length() < 40_000) {
      words.append(random.nextBoolean() ? "the state " : "of a gate ");
    }
    text = Files.writeString(directory.resolve("text.txt"), words);
  }

  /** Trains in this process. */
  private final class Here implements Launcher {
    @Override
    public void train(TrainConfig config, Path home) throws IOException {
      trained.add(home.getFileName().toString());
      try (Corpus corpus = open();
          TrainingRun run =
              TrainingRun.start(config, home, corpus, new ByteTokenizer(), new RunListener() {})) {
        run.run(() -> false);
      }
    }

    @Override
    public TokenStore heldOut(TrainConfig config) {
      return open().heldOut();
    }

    private Corpus open() {
      return Corpus.open(CorpusSource.parse(text.toString()), directory.resolve("cache"));
    }
  }

  private ObjectNode settings() throws IOException {
    ObjectNode settings =
        (ObjectNode)
            new ObjectMapper()
                .readTree(
                    """
                    {"seq_len": [32], "seeds": [1, 2], "lr": [1e-2, 1e-9], "sweep_steps": 4,
                     "batch_tokens": 64, "budget": {"tokens": 640}, "position_times": 32,
                     "position_tokens": 512,
                     "run": {"dim": 16, "depth": 2, "eval_every": 4, "eval_tokens": 256},
                     "models": {
                       "gss": {"dss_kernel_N": 8, "dss_kernel_H": 8},
                       "dss": {"mixer": "dss", "dss_kernel_N": 8},
                       "dsconv": {"mixer": "dsconv", "heads": 2, "dim_dsconv": 8,
                         "max_seq_len": 512}},
                     "quick": {"budget": {"steps": 3}, "run": {"eval_every": 3}}}
                    """);
    settings.putArray("data").add(text.toString());
    return settings;
  }

  private Study study(ObjectNode settings) {
    StudyConfig config = StudyConfig.read("study.json", StudyFile.settings(settings, false));
    return new Study(config, StudyDefaults.TRAIN, directory.resolve("study"), new Here());
  }

  @Test
  void modelsOfEqualSizeAreTrainedAndReported() throws IOException {
    List<Study.Finding> findings = study(settings()).run(StudyPart.ALL, what -> {}, () -> false);
    assertThat(trained).hasSize(3 * (2 + 2));
    assertThat(findings).extracting(Study.Finding::model).containsExactly("gss", "dss", "dsconv");
    for (Study.Finding found : findings) {
      assertThat((double) found.parameters() / findings.get(0).parameters())
          .isCloseTo(1, within(ModelChoices.TOLERANCE));
      assertThat(found.lr()).as("the rate that learns").isEqualTo(1e-2);
      assertThat(found.runs()).hasSize(2);
      StudyRun run = found.runs().get(0);
      assertThat(run.config().schedule().steps()).as("640 tokens in batches of 64").isEqualTo(10);
      assertThat(run.curve()).extracting(StudyRun.Mark::tokens).containsExactly(256L, 512L, 640L);
      assertThat(run.loss()).isBetween(1.0, 9.0);
      assertThat(run.curve().get(2).loss()).isCloseTo(run.loss(), within(1e-12));
      long end = found.model().equals("dsconv") ? 512 : 1024;
      List<LossByPosition> stretches = found.measured().get(0).positions();
      assertThat(stretches.get(stretches.size() - 1).to()).isEqualTo(end);
    }
    Path home = directory.resolve("study");
    String report = Files.readString(home.resolve("study.md"));
    assertThat(report)
        .contains(
            "| gss |",
            "| dss |",
            " ± ",
            "stream | windows | far repeats | rest",
            "to 32×",
            "0-32-tokens.svg");
    for (String plot : List.of("tokens", "seconds", "positions")) {
      assertThat(home.resolve("0-32-" + plot + ".svg"))
          .content()
          .contains("polyline", "dsconv")
          .doesNotContain("NaN");
    }
    JsonNode json = new ObjectMapper().readTree(home.resolve("study.json").toFile());
    assertThat(json.get(0).get("runs").get(1).get("positions").size()).isGreaterThan(4);
    assertThat(json.get(0).get("stream").get("mean").asDouble())
        .isCloseTo(
            (bits(json, 0, "bits_per_byte") + bits(json, 1, "bits_per_byte")) / 2, within(1e-12));
    assertThat(json.get(0).get("windows").get("standard_deviation").asDouble())
        .as("of two seeds")
        .isCloseTo(
            Math.abs(bits(json, 0, "windows") - bits(json, 1, "windows")) / Math.sqrt(2),
            within(1e-12));
    study(settings()).run(StudyPart.ALL, what -> {}, () -> false);
    assertThat(trained).as("nothing is made twice").hasSize(12);
  }

  private static double bits(JsonNode json, int run, String of) {
    JsonNode found = json.get(0).get("runs").get(run).get(of);
    return (of.equals("windows") ? found.get("bits_per_byte") : found).asDouble();
  }

  @Test
  void aStudyThatIsStoppedGoesOn() throws IOException {
    ObjectNode settings = settings();
    settings.putArray("lr").add(1e-2);
    List<Study.Finding> some =
        study(settings).run(StudyPart.ALL, what -> {}, () -> trained.size() == 3);
    assertThat(some).hasSize(1);
    assertThat(study(settings).run(StudyPart.ALL, what -> {}, () -> false)).hasSize(3);
    assertThat(trained).as("one rate needs no sweep").doesNotHaveDuplicates().hasSize(6);
  }

  @Test
  void modelsAndSeedsAreMadeOneByOneAndReportedTogether() throws IOException {
    Study study = study(settings());
    study.run(new StudyPart(List.of("dss"), List.of(2L)), what -> {}, () -> false);
    assertThat(trained).containsExactly("0-32-dss-lr0.01", "0-32-dss-lr1.0E-9", "0-32-dss-seed2");
    List<Study.Finding> findings =
        study.run(new StudyPart(List.of("gss"), List.of()), what -> {}, () -> false);
    assertThat(findings).extracting(Study.Finding::model).containsExactly("gss", "dss");
    assertThat(findings).extracting(found -> found.runs().size()).containsExactly(2, 1);
    assertThat(study.run(StudyPart.ALL, what -> {}, () -> false)).hasSize(3);
    assertThat(trained).doesNotHaveDuplicates().hasSize(12);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> study.run(new StudyPart(List.of(), List.of(3L)), what -> {}, () -> false))
        .withMessage("seed is 3, expected one of the study's: [1, 2]");
  }

  /** All keys of a run, so that a model is told by its optimizer or its memory, too. */
  @Test
  void modelsDifferInAnySettingOfARun() throws IOException {
    ObjectNode settings = settings();
    ObjectNode models = settings.putObject("models");
    models.putObject("gss").put("dss_kernel_N", 8).put("dss_kernel_H", 8).put("lr", 3e-3);
    models
        .putObject("passing")
        .put("dss_kernel_N", 8)
        .put("dss_kernel_H", 8)
        .put("init", "two_scale")
        .put("slow_modes", 4)
        .put("tau_growth", 2)
        .put("short_conv", 4)
        .put("optimizer", "muon")
        .put("state_passing", 4)
        .putArray("lr")
        .add(1e-2)
        .add(1e-9);
    List<Study.Finding> findings =
        study(settings).run(new StudyPart(List.of(), List.of(1L)), what -> {}, () -> false);
    assertThat(findings).extracting(Study.Finding::lr).containsExactly(3e-3, 1e-2);
    assertThat(trained)
        .as("a rate of its own needs no sweep")
        .containsExactly(
            "0-32-gss-seed1", "0-32-passing-lr0.01", "0-32-passing-lr1.0E-9", "0-32-passing-seed1");
    TrainConfig passing = findings.get(1).runs().get(0).config();
    assertThat(passing.toJson().get("optimizer").asText()).isEqualTo("muon");
    assertThat(passing.toJson().get("state_passing").asInt()).isEqualTo(4);
    assertThat(passing.toJson().get("slow_modes").asInt()).isEqualTo(4);
  }

  @Test
  void runsOfAnEarlierVersionThatKnewFewerKeysAreTaken() throws IOException {
    study(settings()).run(StudyPart.ALL, what -> {}, () -> trained.size() == 1);
    Path file = directory.resolve("study/runs").resolve(trained.get(0)).resolve("run.json");
    ObjectNode run = ConfigFile.read(file);
    assertThat(run.remove("carry_open")).isNotNull();
    AtomicFile.write(file, run.toString());
    study(settings()).run(StudyPart.ALL, what -> {}, () -> trained.size() == 2);
    assertThat(trained).hasSize(2).doesNotHaveDuplicates();
  }

  @Test
  void runsOfOtherSettingsAreRefused() throws IOException {
    ObjectNode settings = settings();
    study(settings).run(StudyPart.ALL, what -> {}, () -> trained.size() == 1);
    ((ObjectNode) settings.get("run")).put("weight_decay", 0.3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> study(settings).run(StudyPart.ALL, what -> {}, () -> false))
        .withMessageContaining("was made with other settings");
  }

  @Test
  void secondsAreSpentAtTheSpeedOfTheSweep() {
    Budget budget = new Budget.Seconds(10);
    assertThat(budget.steps(StudyDefaults.TRAIN, 640)).isEqualTo(100);
    assertThat(new Budget.Tokens(640).steps(StudyDefaults.TRAIN, 1)).isEqualTo(10);
  }

  @Test
  void quickReplacesSettingsOneByOne() throws IOException {
    ObjectNode quick = StudyFile.settings(settings(), true);
    assertThat(quick.get("budget").get("steps").asInt()).isEqualTo(3);
    assertThat(quick.get("run").get("eval_every").asInt()).isEqualTo(3);
    assertThat(quick.get("run").get("dim").asInt()).isEqualTo(16);
  }

  @Test
  void whatIsWrongIsNamed() throws IOException {
    ObjectNode large = settings();
    ((ObjectNode) large.get("models").get("dss")).put("dim", 128);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> study(large))
        .withMessageContainingAll("model 'dss'", "within 2 %", "choose another dim");
    ObjectNode twice = settings();
    ((ObjectNode) twice.get("budget")).put("seconds", 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> study(twice))
        .withMessageContaining("expected one of steps, tokens and seconds");
    ObjectNode steps = settings();
    ((ObjectNode) steps.get("run")).put("steps", 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> study(steps))
        .withMessageContaining("the study sets it");
  }

  /** With all of a text in one stream, the means over positions are the evaluator's losses. */
  @Test
  void lossByPositionAddsUpToTheLoss() {
    try (LanguageModel model = LanguageModel.create(ModelConfig.of(256, 16, 2), 4);
        Corpus corpus = new Here().open()) {
      TokenStore some = corpus.heldOut();
      int unit = 66; // no multiple of the blocks, nor of four
      int windows = (int) ((some.size() - 1) / unit);
      int tokens = windows * unit;
      long[] ids = new long[tokens + 1];
      some.read(0, ids);
      List<LossByPosition> stretches;
      try (TokenStore whole = new TokenArray(ids)) {
        stretches = LossByPosition.of(TorchModel.of(model), whole, unit, windows, tokens);
      }
      assertThat(stretches).extracting(LossByPosition::to).startsWith(16L, 33L, 66L, 132L);
      double mean = sum(stretches, LossByPosition::carried) / tokens;
      Evaluator evaluator = new Evaluator(TorchModel.of(model), null);
      assertThat(mean).isCloseTo(evaluator.sequences(List.of(ids)).loss(), within(1e-4));
      List<long[]> apart =
          IntStream.range(0, windows)
              .mapToObj(w -> Arrays.copyOfRange(ids, w * unit, (w + 1) * unit + 1))
              .toList();
      double restarted = evaluator.sequences(apart).loss();
      assertThat(sum(stretches.subList(0, 3), LossByPosition::loss) / unit)
          .as("positions within the training's length")
          .isCloseTo(restarted, within(1e-4));
      assertThat(sum(stretches.subList(3, stretches.size()), LossByPosition::loss))
          .as("beyond it, the text's difficulty taken out")
          .isCloseTo(
              sum(stretches.subList(3, stretches.size()), s -> s.carried() - s.restarted())
                  + restarted * (tokens - unit),
              within(1e-4 * tokens));
    }
  }

  /** The second half of each window is another text, which no context makes easier or harder. */
  @Test
  void lossByPositionDoesNotTellWhereTheTextIsHard() {
    int unit = 256;
    long[] ids = new long[16 * unit + 1];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = i % unit < unit / 2 ? 'a' : 'b';
    }
    try (LanguageModel model = LanguageModel.create(ModelConfig.of(256, 16, 2), 4);
        TokenStore text = new TokenArray(ids)) {
      List<LossByPosition> stretches =
          LossByPosition.of(TorchModel.of(model), text, unit, 16, ids.length);
      LossByPosition lastHalf = stretches.get(2);
      assertThat(lastHalf.restarted() - stretches.get(1).restarted()).isGreaterThan(0.1);
      assertThat(lastHalf.loss()).isCloseTo(stretches.get(3).loss(), within(1e-3));
    }
  }

  private static double sum(List<LossByPosition> stretches, ToDoubleFunction<LossByPosition> of) {
    return stretches.stream().mapToDouble(s -> of.applyAsDouble(s) * (s.to() - s.from())).sum();
  }

  @Test
  void theBestModelLiesInTheRun() throws IOException {
    study(settings()).run(StudyPart.ALL, what -> {}, () -> trained.size() == 3);
    assertThat(directory.resolve("study/runs/0-32-gss-seed1").resolve(RunDirectory.BEST)).exists();
  }
}
