package io.github.gss4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class RankCommandTest {
  private static RankCommand command(String line) {
    return new RankCommand("/gss4j", "/shared", List.of(line.split(" ", -1)));
  }

  @Test
  void aRunGoesOnInItsDirectoryWithTheSameFlags() {
    RankCommand command = command("train --config c.json --out runs/one --dim 64 --shard full");
    assertThat(command.run().path()).isEqualTo(Path.of("/shared/runs/one"));
    assertThat(command.resuming())
        .containsExactly("train", "--dim", "64", "--shard", "full", "--resume", "runs/one");
    assertThat(command("train --out=/runs/two --config=c.json").resuming())
        .containsExactly("train", "--resume", "/runs/two");
    assertThat(command("train --resume runs/three --steps 9").resuming())
        .containsExactly("train", "--steps", "9", "--resume", "runs/three");
    assertThat(command("train --dim 64").resuming())
        .containsExactly("train", "--dim", "64", "--resume", "runs/train");
  }

  @Test
  void onlyTrainingIsForRanks() {
    assertThatThrownBy(() -> command("demo")).hasMessage("COMMAND is demo, expected train");
  }
}
