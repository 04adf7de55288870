package io.github.gss4j.study.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.study.StudyDefaults;
import io.github.gss4j.study.StudyFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    for (int length : new int[] {16, 31, 128}) {
      Probe.Sequence s = draw(probe, length);
      assertThat(s.ids()).hasSize(length + 1);
      assertThat(Arrays.stream(s.ids())).allMatch(id -> id >= 0 && id < Probe.NUM_TOKENS);
      assertThat(s.answers()).hasSize(length + 1).contains(true);
      assertThat(s.answers()[0]).isFalse();
      assertThat(draw(probe, length).ids()).isEqualTo(s.ids());
    }
    assertThat(Probe.of(probe.text())).isEqualTo(probe);
  }

  @Test
  void copyingAsksForTheFirstHalf() {
    Probe.Sequence s = draw(Probe.COPYING, 32);
    for (int i = 0; i <= 32; i++) {
      assertThat(s.answers()[i]).isEqualTo(i > 16);
      assertThat(i > 16 ? s.ids()[i] == s.ids()[i - 17] : i == 16 || s.ids()[i] >= 2).isTrue();
    }
  }

  @Test
  void selectiveCopyingAsksForTheSymbolsWithoutTheBlanks() {
    Probe.Sequence s = draw(Probe.SELECTIVE_COPYING, 64);
    List<Long> symbols = new ArrayList<>();
    List<Long> answers = new ArrayList<>();
    for (int i = 0; i <= 64; i++) {
      if (s.answers()[i]) {
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
        assertThat(s.answers()[i + 1]).isEqualTo(answer >= 0);
        assertThat(answer < 0 || s.ids()[i + 1] == answer).isTrue();
        answer = s.ids()[i + 1];
      }
    }
    assertThat(s.answers()[128]).isTrue();
  }

  @Test
  void recallAsksOnlyForKeysThatCameBefore() {
    Probe.Sequence s = draw(Probe.ASSOCIATIVE_RECALL, 64);
    Map<Long, Long> known = new HashMap<>();
    for (int i = 0; i < 64; i += 2) {
      Long before = known.put(s.ids()[i], s.ids()[i + 1]);
      assertThat(s.answers()[i + 1]).isEqualTo(before != null);
      assertThat(before == null || before == s.ids()[i + 1]).isTrue();
    }
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
