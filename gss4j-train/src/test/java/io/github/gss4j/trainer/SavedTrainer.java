package io.github.gss4j.trainer;

import io.github.gss4j.checkpoint.TensorSource;
import io.github.gss4j.weights.TensorFiles;
import io.github.gss4j.weights.TensorReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;

/**
 * A trainer's files, as a run's checkpoint has them.
 *
 * @param progress as it was
 * @param directory of model and optimizer
 */
public record SavedTrainer(TrainingProgress progress, Path directory) {
  private static final String OPTIMIZER = "optimizer.safetensors";

  public static SavedTrainer of(Trainer<?> trainer, Path directory) throws IOException {
    try (TrainingState.Averaged averaged = trainer.averaged()) {
      trainer.task().save(directory);
      Map<String, Tensor> state = averaged.state();
      state.putAll(trainer.task().state());
      TensorFiles.write(directory.resolve(OPTIMIZER), state, Map.of());
    }
    return new SavedTrainer(trainer.progress(), directory);
  }

  /** Puts a trainer, whose model is loaded already, to where the other was. */
  public void restore(Trainer<?> trainer) {
    restore(trainer, name -> true);
  }

  /** The same, without some of what was kept. */
  public void restore(Trainer<?> trainer, Predicate<String> kept) {
    TensorSource file = TensorSource.open(directory.resolve(OPTIMIZER));
    Set<String> names = file.names().stream().filter(kept).collect(Collectors.toSet());
    trainer.restore(progress, names, name -> TensorReader.read(file.get(name)));
  }
}
