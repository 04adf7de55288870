package io.github.gss4j.trainer;

import io.github.gss4j.batches.TextPosition;
import io.github.gss4j.config.Checks;
import io.github.gss4j.config.training.BatchConfig;
import io.github.gss4j.config.training.StateConfig;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.distributed.ProcessGroup;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides which state each sequence of a run begins from, as {@link StateConfig} says. */
final class StartingStates implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StartingStates.class);
  private static final String PLACE = "state.position";
  private static final String TURNS = "state.turns";

  private final StateConfig config;
  private final BatchConfig batch;
  private final long steps;
  private final ProcessGroup group;
  private final PassedStates states;
  private Optional<TextPosition> next = Optional.empty();

  StartingStates(LanguageModel model, TrainConfig config, ProcessGroup group) {
    this.batch = config.batch();
    this.config = batch.state();
    this.steps = config.schedule().steps();
    this.group = group;
    long turns = this.config.turns((long) group.worldSize() * batch.size());
    this.states = new PassedStates(model, (int) turns);
    Checks.that(
        turns == 1 || model.config().maxSeqLen().isEmpty(),
        "carry_open",
        this.config.carryOpen(),
        "0 with dsconv layers, whose states grow with the text");
    Checks.that(
        this.config.passing() == 0 || model.config().maxSeqLen().isEmpty(),
        "state_passing",
        this.config.passing(),
        "0 with dsconv layers, whose states grow with the text");
  }

  /** How the sequences of a step go through the layers. */
  SequenceForm<?> form(long step) {
    return config.isUsed(step, steps) ? states : SequenceForm.WHOLE;
  }

  /**
   * A micro-batch begins.
   *
   * @param rows its sequences
   * @param place where it stands in the text, where it has one
   */
  void begin(long step, int micro, int rows, Optional<TextPosition> place) {
    if (!config.isUsed(step, steps)) {
      return;
    }
    boolean lost = config.carry() && !place.equals(next);
    if (lost && (states.has(rows) || next.isPresent())) {
      LOG.warn(
          "the states that were carried so far are of another place in the text, as text, batch,"
              + " seq_len, carry_length, carry_open, accumulate or seed is another than before: they start"
              + " again from zero");
    }
    if (lost) {
      states.forget();
    }
    boolean[] fromZero = new boolean[rows];
    long before = (step - 1) * batch.accumulate() + micro;
    for (int b = 0; b < rows; b++) {
      long row = (long) group.rank() * rows + b;
      fromZero[b] =
          place
              .map(at -> at.block(row) == 0 && !config.passes(at.stretch(row)))
              .orElse(!config.passes(before + row));
    }
    states.begin(place.map(TextPosition::turn).orElse(0), fromZero);
    next = place.map(TextPosition::next);
  }

  /** A step was skipped as it was not finite, and perhaps its states were not. */
  void skipped() {
    states.forget();
  }

  /** What a checkpoint keeps, of this rank's rows. */
  Map<String, Tensor> state() {
    Map<String, Tensor> tensors = new LinkedHashMap<>(states.state());
    if (!tensors.isEmpty()) {
      next.ifPresent(
          at -> {
            tensors.put(PLACE, Tensors.of(at.numbers(), 4));
            if (at.turns() > 1) {
              tensors.put(TURNS, Tensors.of(new long[] {at.turns()}, 1));
            }
          });
    }
    return tensors;
  }

  /**
   * Says which micro-batch comes next, after a checkpoint that keeps states and not their position,
   * as those of earlier versions do.
   */
  void resumeAt(Optional<TextPosition> place) {
    if (next.isEmpty() && states.has(batch.size())) {
      next = place;
    }
  }

  /**
   * Resumes from a checkpoint.
   *
   * @param names of what it keeps
   * @param source gives each by name, with the rows of all ranks
   */
  void restore(Set<String> names, Function<String, Tensor> source) {
    next = Optional.empty();
    if (!config.isUsed(steps, steps)) {
      return; // no step to come reads them, and so no checkpoint keeps them
    }
    states.restore(names, source, group.rank(), batch.size(), group.worldSize());
    if (names.contains(PLACE)) {
      Scopes.run(
          () -> {
            long turns = names.contains(TURNS) ? Tensors.toLongs(source.apply(TURNS))[0] : 1;
            next = Optional.of(TextPosition.of(turns, Tensors.toLongs(source.apply(PLACE))));
          });
    } else if (names.contains(PassedStates.FIRST) && !states.has(batch.size())) {
      LOG.warn(
          "the states that were passed on so far are of another number of sequences than the {} of"
              + " a micro-batch now: they start again from zero",
          batch.size() * group.worldSize());
    }
  }

  @Override
  public void close() {
    states.close();
  }
}
