package io.github.gss4j.run.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.weights.TensorFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RankStatesTest {
  @TempDir private Path directory;

  private Path rank(int rank) {
    return directory.resolve("state-%05d-of-00003.safetensors".formatted(rank));
  }

  @Test
  void aRankWhoseFileIsMissingIsAnErrorAndNotFewerRows() throws IOException {
    try (PointerScope scope = new PointerScope()) {
      for (int i = 1; i <= 3; i++) {
        TensorFiles.write(
            rank(i), Map.of("state.0.0", Tensors.of(new long[] {i, 10L * i}, 2)), Map.of());
      }
      assertThat(Tensors.toLongs(RankStates.open(directory).read("state.0.0")))
          .containsExactly(1, 10, 2, 20, 3, 30);
    }
    for (int missing : new int[] {3, 2}) {
      Files.delete(rank(missing));
      assertThatThrownBy(() -> RankStates.open(directory))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("copy the checkpoint again");
    }
  }
}
