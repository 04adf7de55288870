package io.github.gss4j.study.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.loss.CrossEntropy;
import io.github.gss4j.study.StudyDefaults;
import io.github.gss4j.study.StudyFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProbeTest {
  @TempDir Path directory;

  private static Probe.Sequence draw(Probe probe, int length) {
    return probe.draw(length, new SplittableRandom(5));
  }

  @ParameterizedTest
  @EnumSource
  void sequencesAreOneLongerThanIsReadAndHaveAnswers(Probe probe) {
    int least =
        probe == Probe.ASSOCIATIVE_RECALL_64 ? 64 : 16; // as many keys need room to come twice
    for (int length : new int[] {least, 2 * least - 1, 8 * least}) {
      Probe.Sequence s = draw(probe, length);
      assertThat(s.ids()).hasSize(length + 1);
      assertThat(Arrays.stream(s.ids())).allMatch(id -> id >= 0 && id < probe.numTokens());
      assertThat(s.targets()).hasSize(length);
      assertThat(Arrays.stream(s.targets())).anyMatch(id -> id != CrossEntropy.IGNORED);
      assertThat(draw(probe, length).ids()).isEqualTo(s.ids());
    }
    assertThat(Probe.of(probe.text())).isEqualTo(probe);
  }

  /** Whether a sequence asks for its own token at a place. */
  private static boolean asked(Probe.Sequence s, int at) {
    if (at == 0 || s.targets()[at - 1] == CrossEntropy.IGNORED) {
      return false;
    }
    assertThat(s.targets()[at - 1]).isEqualTo(s.ids()[at]);
    return true;
  }

  @Test
  void copyingAsksForTheFirstHalf() {
    Probe.Sequence s = draw(Probe.COPYING, 32);
    for (int i = 0; i <= 32; i++) {
      assertThat(asked(s, i)).isEqualTo(i > 16);
      assertThat(i > 16 ? s.ids()[i] == s.ids()[i - 17] : i == 16 || s.ids()[i] >= 2).isTrue();
    }
  }

  @Test
  void selectiveCopyingAsksForTheSymbolsWithoutTheBlanks() {
    Probe.Sequence s = draw(Probe.SELECTIVE_COPYING, 64);
    List<Long> symbols = new ArrayList<>();
    List<Long> answers = new ArrayList<>();
    for (int i = 0; i <= 64; i++) {
      if (asked(s, i)) {
        answers.add(s.ids()[i]);
      } else if (s.ids()[i] >= 2) {
        symbols.add(s.ids()[i]);
      }
    }
    assertThat(answers).hasSize(8).isEqualTo(symbols);
  }

  @Test
  void inductionAsksForWhatFollowedBefore() {
    Probe.Sequence s = draw(Probe.INDUCTION, 128);
    long answer = -1;
    for (int i = 0; i < 128; i++) {
      if (s.ids()[i] == 1) {
        assertThat(asked(s, i + 1)).isEqualTo(answer >= 0);
        assertThat(answer < 0 || s.ids()[i + 1] == answer).isTrue();
        answer = s.ids()[i + 1];
      }
    }
    assertThat(asked(s, 128)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(names = {"ASSOCIATIVE_RECALL", "ASSOCIATIVE_RECALL_64"})
  void recallAsksOnlyForKeysThatCameBefore(Probe probe) {
    Probe.Sequence s = draw(probe, 64);
    Map<Long, Long> known = new HashMap<>();
    for (int i = 0; i < 64; i += 2) {
      Long before = known.put(s.ids()[i], s.ids()[i + 1]);
      assertThat(asked(s, i + 1)).isEqualTo(before != null);
      assertThat(before == null || before == s.ids()[i + 1]).isTrue();
    }
  }

  /** Asked are all 64 keys; some sequences to learn from have four of them, others all. */
  @Test
  void recallIsLearnedFromFewKeysAndFromMany() {
    SplittableRandom random = new SplittableRandom(7);
    List<Integer> keys = new ArrayList<>();
    for (int n = 0; n < 60; n++) {
      keys.add(keys(Probe.ASSOCIATIVE_RECALL_64.lesson(1024, random)));
      assertThat(keys(Probe.ASSOCIATIVE_RECALL_64.draw(2048, random))).isEqualTo(64);
    }
    assertThat(keys).contains(4, 64);
    assertThat(keys).allMatch(count -> count <= 64);
  }

  private static int keys(Probe.Sequence s) {
    Set<Long> keys = new HashSet<>();
    for (int i = 0; i < s.targets().length; i += 2) {
      keys.add(s.ids()[i]);
    }
    return keys.size();
  }

  @Test
  void theLatchAsksForImagesThatOnlyTheFirstTokenTells() {
    SplittableRandom random = new SplittableRandom(5);
    Map<Long, Map<Long, Long>> images = new HashMap<>(); // of each symbol, by what came first
    for (int n = 0; n < 200; n++) {
      Probe.Sequence s = Probe.LATCH.draw(64, random);
      Map<Long, Long> known = images.computeIfAbsent(s.ids()[0], h -> new HashMap<>());
      for (int i = 0; i < 64; i++) {
        if (i < 32) {
          assertThat(s.targets()[i]).isEqualTo(CrossEntropy.IGNORED);
        } else {
          Long before = known.put(s.ids()[i], s.targets()[i]);
          assertThat(before == null || before == s.targets()[i]).isTrue();
        }
      }
    }
    assertThat(images).hasSize(8);
    assertThat(new HashSet<>(images.values())).hasSize(8);
    assertThat(images.values())
        .allMatch(m -> m.size() == 22 && new HashSet<>(m.values()).size() == 22);
  }

  @Test
  void aModelLearnsTheLatchFromItsAnswersAlone() throws IOException {
    ObjectNode settings = StudyFile.settings(settings(), false);
    settings.putArray("probes").add("latch");
    settings.putArray("times").add(1);
    ((ObjectNode) settings.get("run")).put("steps", 300);
    study(settings).run(directory, name -> {}, () -> false);
    double share =
        new ObjectMapper()
            .readTree(directory.resolve("probes.json").toFile())
            .get(1) // attention
            .at("/accuracy/0")
            .asDouble();
    assertThat(share).isGreaterThan(0.5); // chance is 0.05
  }

  private static ObjectNode settings() throws IOException {
    return (ObjectNode)
        new ObjectMapper()
            .readTree(
                """
                {"probes": ["induction"], "times": [1, 2], "sequences": 16,
                 "run": {"dim": 16, "depth": 2, "seq_len": 16, "batch": 8, "steps": 120,
                   "warmup": 5, "lr": 0.01, "tie_embeddings": false, "final_norm": true,
                   "dtype": "float32"},
                 "models": {
                   "gss": {"mixer": "gss", "dss_kernel_N": 8, "dss_kernel_H": 8},
                   "attention": {"mixer": "attention", "attention_heads": 2,
                     "attention_window": 64, "attention_kind": "sliding"}},
                 "quick": {"run": {"steps": 2}, "times": [1]}}
                """);
  }

  private static ProbeStudy study(ObjectNode settings) {
    return ProbeStudy.read("probes.json", settings, StudyDefaults.TRAIN);
  }

  @Test
  void everyModelIsAskedAndWhatIsKnownIsNotAskedAgain() throws IOException {
    ProbeStudy study = study(StudyFile.settings(settings(), false));
    List<String> made = new ArrayList<>();
    String table = study.run(directory, made::add, () -> false);
    assertThat(made).containsExactly("induction-gss-seed1", "induction-attention-seed1");
    assertThat(table).contains("induction ×1", "induction ×2", "| gss | ", "| attention | ");
    assertThat(study.run(directory, made::add, () -> false)).isEqualTo(table);
    assertThat(made).hasSize(2);
    assertThat(directory.resolve("probes.json")).exists();
  }

  @Test
  void aStudyThatIsStoppedGoesOn() throws IOException {
    ProbeStudy study = study(StudyFile.settings(settings(), true));
    int[] asked = {0};
    List<String> made = new ArrayList<>();
    study.run(directory, made::add, () -> ++asked[0] > 3);
    assertThat(made).hasSize(1);
    study.run(directory, made::add, () -> false);
    assertThat(made).hasSize(2);
  }

  @Test
  void whatIsWrongIsNamed() throws IOException {
    ObjectNode other = StudyFile.settings(settings(), false);
    other.putArray("probes").add("chess");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> study(other))
        .withMessageContaining("probe is 'chess'");
    ObjectNode unknown = StudyFile.settings(settings(), false).put("sequence", 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> study(unknown))
        .withMessageContaining("did you mean 'sequences'?");
  }
}
