package io.github.gss4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @ValueSource(strings = {"bin/gss", "gss"})
  void ranksRunTheProgramOfADistributionOrOfAClone(String name, @TempDir Path home)
      throws IOException {
    Path gss = home.resolve(name);
    Files.createDirectories(gss.getParent());
    assertThat(Files.createFile(gss).toFile().setExecutable(true)).isTrue();
    RankCommand rank =
        new RankCommand(home.toString(), home.toString(), List.of("train", "--dim=8"));
    assertThat(rank.process(false).command()).containsExactly(gss.toString(), "train", "--dim=8");
  }

  @Test
  void onlyTrainingIsForRanks() {
    assertThatThrownBy(() -> command("demo")).hasMessage("COMMAND is demo, expected train");
  }
}
