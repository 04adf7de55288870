package io.github.gss4j.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gss4j.tracking.MetricLine.Evaluation;
import io.github.gss4j.tracking.MetricLine.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsFollowerTest {
  @TempDir Path directory;
  private Path file;
  private MetricsFollower follower;

  @BeforeEach
  void follow() {
    file = directory.resolve("metrics.jsonl");
    follower = new MetricsFollower(file);
  }

  private static Step step(long step) {
    return new Step(step, 3 - step / 8.0, 0.5, 1, 100 + step);
  }

  @Test
  void eachLineIsGivenOnceAsItComes() throws IOException {
    assertThat(follower.poll()).isEmpty();
    try (MetricsLog log = MetricsLog.open(file, 0)) {
      log.append(step(1));
      log.append(step(2));
      assertThat(follower.poll()).containsExactly(step(1), step(2));
      assertThat(follower.poll()).isEmpty();
      MetricLine slice = new Evaluation(2, 2, 2, 2, 50, false);
      MetricLine whole = new Evaluation(2, 2, 2, 2, 500, true);
      log.append(slice);
      log.append(whole);
      assertThat(follower.poll()).containsExactly(slice, whole);
    }
  }

  @Test
  void whatIsMeasuredAgainIsNotGivenAgain() throws IOException {
    MetricLine evaluation = new Evaluation(3, 2, 2, 2, 50, false);
    try (MetricsLog log = MetricsLog.open(file, 0)) {
      for (long s = 1; s <= 3; s++) {
        log.append(step(s));
      }
    }
    assertThat(follower.poll()).hasSize(3);
    try (MetricsLog log = MetricsLog.open(file, 1)) {
      for (long s = 2; s <= 5; s++) {
        log.append(new Step(s, 3 - s / 8.0, 0.5, 1, 7));
        if (s == 3) {
          log.append(evaluation);
        }
      }
      List<MetricLine> found = follower.poll();
      assertThat(found).extracting(MetricLine::step).containsExactly(3L, 4L, 5L);
      assertThat(found).first().isEqualTo(evaluation);
    }
  }

  @Test
  void aLineIsReadOnceItIsWhole() throws IOException {
    String text = MetricJson.write(step(1)) + "\n";
    Files.writeString(file, text.substring(0, 20));
    assertThat(follower.poll()).isEmpty();
    Files.writeString(file, text.substring(20), StandardOpenOption.APPEND);
    assertThat(follower.poll()).containsExactly(step(1));
    Files.writeString(file, "{}\n", StandardOpenOption.APPEND);
    assertThatThrownBy(follower::poll)
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(file + ": a line ");
  }
}
