package io.github.gss4j.run.loop;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.batches.BatchSource;
import io.github.gss4j.run.checkpoint.RunCheckpoint;
import io.github.gss4j.run.checkpoint.Score;
import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.trainer.NonFiniteLossException;
import io.github.gss4j.trainer.StepMetrics;
import io.github.gss4j.trainer.StepObserver;
import io.github.gss4j.trainer.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run trains: where its batches come from, what evaluates it, what is saved. Steps, skips,
 * averages, checkpoints, metrics and locks are the same for all tasks.
 */
public interface TrainingTask extends AutoCloseable {
  /** Which takes its steps. */
  Trainer<?> trainer();

  /** What tells the best checkpoint. */
  Score score();

  /**
   * Takes the next step.
   *
   * @throws NonFiniteLossException if too many in a row failed
   */
  StepMetrics step(StepObserver observer);

  /** What {@code metrics.jsonl} keeps of the step that was just taken. */
  MetricLine.Step line(StepMetrics result, double seconds);

  /**
   * Measures the model, averaged where the run averages; on all ranks at once.
   *
   * @param last whether no step follows
   * @return what it is measured by, as {@link Score} has it
   */
  double evaluate(RunRecord record, boolean last) throws IOException;

  /** Lets the model show what it can, where it can; on all ranks at once. */
  default void sample(RunRecord record) throws IOException {}

  /** The fingerprint of what is trained on; empty where there is none. */
  default String fingerprint() {
    return "";
  }

  /** The position of a stream of batches, as {@link BatchSource#position}. */
  default Optional<JsonNode> position() {
    return Optional.empty();
  }

  /** Continues there. */
  default void seek(JsonNode position) {}

  /** Called after a checkpoint is restored, before the run's configuration is written again. */
  default void restored(RunCheckpoint state) throws IOException {}

  /** Writes what a checkpoint has beside model and optimizer, on the first rank. */
  default void saveBeside(Path checkpoint) throws IOException {}

  /** Frees the trainer and the model. */
  @Override
  void close();
}
