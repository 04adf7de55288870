package io.github.gss4j.run.checkpoint;

import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.checkpoint.TensorSource;
import io.github.gss4j.distributed.ProcessGroup;
import io.github.gss4j.weights.TensorFiles;
import io.github.gss4j.weights.TensorReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * What ranks remember of the sequences that each has read, in a checkpoint: a file per rank, which
 * are read as one that has the rows of all.
 */
final class RankStates {
  private static final String NAME = "state-%05d-of-%05d.safetensors";
  private static final String PATTERN = "state-\\d{5}-of-\\d{5}\\.safetensors";

  private final List<TensorSource> files;

  private RankStates(List<TensorSource> files) {
    this.files = files;
  }

  /** Writes this rank's, where there is something; nothing where one process trains alone. */
  static void write(ProcessGroup group, Map<String, Tensor> state, Path directory)
      throws IOException {
    if (group.worldSize() > 1 && !state.isEmpty()) {
      String file = NAME.formatted(group.rank() + 1, group.worldSize());
      TensorFiles.write(directory.resolve(file), state, Map.of());
    }
  }

  /**
   * Those that lie in a checkpoint; none in one of a single process.
   *
   * @throws CheckpointException if those of a rank are missing
   */
  static RankStates open(Path directory) throws IOException {
    List<Path> found;
    try (Stream<Path> all = Files.list(directory)) {
      found = all.filter(file -> file.getFileName().toString().matches(PATTERN)).sorted().toList();
    }
    for (int i = 0; i < found.size(); i++) {
      String expected = NAME.formatted(i + 1, found.size());
      if (!found.get(i).endsWith(expected)) {
        throw new CheckpointException(
            found.get(i),
            "is one of " + found.size() + ", expected " + expected + ": copy the checkpoint again");
      }
    }
    return new RankStates(found.stream().map(TensorSource::open).toList());
  }

  /** What they keep. */
  Set<String> names() {
    return files.isEmpty() ? Set.of() : Set.copyOf(files.get(0).names());
  }

  /** A tensor with the rows of all ranks. */
  Tensor read(String name) {
    Tensor[] parts =
        files.stream().map(file -> TensorReader.read(file.get(name))).toArray(Tensor[]::new);
    return torch.cat(new TensorVector(parts), 0);
  }
}
