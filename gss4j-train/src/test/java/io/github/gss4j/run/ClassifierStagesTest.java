package io.github.gss4j.run;

import static io.github.gss4j.run.ClassifierFixture.SILENT;
import static io.github.gss4j.run.ClassifierFixture.config;
import static io.github.gss4j.run.ClassifierFixture.settings;
import static io.github.gss4j.run.ClassifierFixture.validations;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.batches.LabelledData;
import io.github.gss4j.batches.LabelledSequences;
import io.github.gss4j.config.training.ClassifyConfig;
import io.github.gss4j.run.ClassifierFixture.SameEnds;
import io.github.gss4j.tracking.MetricLine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassifierStagesTest {
  @TempDir Path directory;

  /** Sequences that say how often each was asked for. */
  private record Counted(String name, List<String> asked) implements LabelledSequences {
    @Override
    public int size() {
      return Integer.MAX_VALUE;
    }

    @Override
    public boolean isEndless() {
      return true;
    }

    @Override
    public int numClasses() {
      return 2;
    }

    @Override
    public int numTokens() {
      return 4;
    }

    @Override
    public int[] sequence(int index) {
      synchronized (asked) {
        asked.add(name + index);
      }
      return new SameEnds(8, 1).sequence(index);
    }

    @Override
    public int label(int index) {
      return index % 2;
    }
  }

  @Test
  void stagesAreLearnedInTheirTurnAndNoSequenceOfEndlessOnesTwice() throws IOException {
    ClassifyConfig config = config(settings().put("steps", 9).put("eval_every", 2));
    List<String> asked = new ArrayList<>();
    LabelledData data =
        new LabelledData(
            List.of(
                new LabelledData.Stage("easy", new Counted("easy ", asked), new SameEnds(8, 1)),
                new LabelledData.Stage("task", new Counted("task ", asked), new SameEnds(8, 2))),
            0.01,
            new SameEnds(8, 3),
            0);
    Path whole = directory.resolve("whole");
    ClassifierRun.start(config, data, whole).run(SILENT, () -> false);
    assertThat(asked).doesNotHaveDuplicates();
    assertThat(asked.stream().filter(a -> a.startsWith("easy"))).hasSizeBetween(32, 48);
    assertThat(asked).contains("task " + (9 * 16 - 1));
    assertThat(validations(whole))
        .extracting(v -> v.stage().map(MetricLine.StageAccuracy::name))
        .startsWith(Optional.of("easy"), Optional.empty());
    Path parts = directory.resolve("parts");
    int[] steps = {0};
    ClassifierRun.start(config, data, parts).run(SILENT, () -> ++steps[0] == 5);
    ClassifierRun.resume(config, data, parts).run(SILENT, () -> false);
    assertThat(parts.resolve("last/model.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("last/model.safetensors"));
  }
}
