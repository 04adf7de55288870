package io.github.gss4j.run;

import static io.github.gss4j.run.ClassifierFixture.SILENT;
import static io.github.gss4j.run.ClassifierFixture.averaged;
import static io.github.gss4j.run.ClassifierFixture.config;
import static io.github.gss4j.run.ClassifierFixture.losses;
import static io.github.gss4j.run.ClassifierFixture.task;
import static io.github.gss4j.run.ClassifierFixture.validations;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.distributed.Distribution;
import io.github.gss4j.distributed.Ranks;
import io.github.gss4j.distributed.ShardingMode;
import io.github.gss4j.distributed.SingleProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several ranks that train one classifier. */
class ClassifierRanksTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  @TempDir Path directory;

  private static ObjectNode settings(String objective, String optimizer) {
    ObjectNode settings = averaged().put("num_tokens", 5).put("dtype", "float64");
    return settings.put("steps", 12).put("objective", objective).put("optimizer", optimizer);
  }

  private static List<ClassifierRun.Result> onTwo(
      ObjectNode settings, Path run, boolean resume, BooleanSupplier stop) throws Exception {
    return Ranks.run(
        2,
        TIMEOUT,
        group -> {
          ClassifierRun part =
              resume
                  ? ClassifierRun.resume(config(settings), task(), run)
                  : ClassifierRun.start(config(settings), task(), run);
          return part.run(SILENT, stop, new Distribution(group, ShardingMode.NONE, false));
        });
  }

  /** Two ranks read what one process reads in two micro-batches. */
  @ParameterizedTest
  @CsvSource({"label, adamw", "masked, adamw", "label, muon"})
  void theyTakeTheStepsOfOneProcess(String objective, String optimizer) throws Exception {
    Path one = directory.resolve("one");
    ObjectNode both = settings(objective, optimizer).put("accumulate", 2);
    ClassifierRun.Result alone =
        ClassifierRun.start(config(both), task(), one).run(SILENT, () -> false);
    Path two = directory.resolve("two");
    ObjectNode each = settings(objective, optimizer);
    List<ClassifierRun.Result> results = onTwo(each, two, false, () -> true);
    assertThat(results).allMatch(result -> result.steps() == 1 && !result.finished());
    results = onTwo(each, two, true, () -> false);

    List<Double> expected = losses(one);
    List<Double> found = losses(two);
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(found.get(i)).as("step %d", i + 1).isCloseTo(expected.get(i), within(1e-10));
    }
    assertThat(validations(two)).hasSameSizeAs(validations(one));
    assertThat(results)
        .allSatisfy(
            result -> {
              assertThat(result.test()).isEqualTo(alone.test());
              assertThat(result.validation()).isEqualTo(alone.validation());
            });
  }

  @Test
  void eachHasTheWholeModel() throws IOException {
    ClassifierRun run =
        ClassifierRun.start(config(averaged()), task(), directory.resolve("sharded"));
    Distribution full = new Distribution(new SingleProcess(), ShardingMode.FULL, false);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> run.run(SILENT, () -> false, full))
        .withMessageContaining("shard is 'full', expected none");
  }
}
