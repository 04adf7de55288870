package io.github.gss4j.run;

import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.evaluation.Evaluator;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.run.loop.RunRecord;
import io.github.gss4j.torch.TorchModel;
import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.trainer.Trainer;
import io.github.gss4j.trainer.TrainingState;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Measures a run's model, averaged where the run averages, on the held-out text. The first rank
 * does, while the others wait.
 */
final class RunEvaluation {
  private final RunSetup setup;
  private final Trainer<?> trainer;
  private final LanguageModel trained;

  RunEvaluation(RunSetup setup, Trainer<?> trainer, LanguageModel trained) {
    this.setup = setup;
    this.trainer = trainer;
    this.trained = trained;
  }

  /** Evaluates a slice of the held-out text. */
  Evaluator.Result quick(RunRecord record) throws IOException {
    Evaluator.Result result;
    try (TrainingState.Averaged averaged = trainer.averaged()) {
      TrainConfig config = setup.config();
      long tokens = config.intervals().evalTokens();
      result =
          onFirst(evaluator -> evaluator.quick(setup.corpus().heldOut(), tokens, config.seed()));
      record.add(line(result, false)); // while the model is whole, for listeners that look at it
    }
    setup.listener().evaluated(trainer.steps(), result, false);
    return result;
  }

  /** Evaluates all of it; nothing where it was stopped. */
  Optional<Evaluator.Result> whole(RunRecord record, BooleanSupplier stop) throws IOException {
    Evaluator.Result result;
    try (TrainingState.Averaged averaged = trainer.averaged()) {
      result = onFirst(evaluator -> unlessStopped(evaluator, stop));
    }
    if (result.tokens() == 0) {
      return Optional.empty();
    }
    record.addOnce(line(result, true));
    setup.listener().evaluated(trainer.steps(), result, true);
    return Optional.of(result);
  }

  /** The first rank tells the others what it found. */
  private Evaluator.Result onFirst(Function<Evaluator, Evaluator.Result> evaluation) {
    double[] told =
        setup
            .group()
            .fromFirst(
                () -> {
                  try (TorchModel model = TorchModel.of(trained)) {
                    Evaluator.Result found =
                        evaluation.apply(new Evaluator(model, setup.tokenizer()));
                    return new double[] {found.loss(), found.tokens(), found.bytes()};
                  }
                });
    return new Evaluator.Result(told[0], (long) told[1], (long) told[2]);
  }

  /** The whole held-out text; of no tokens where it was stopped. */
  private Evaluator.Result unlessStopped(Evaluator evaluator, BooleanSupplier stop) {
    try {
      return evaluator.whole(
          setup.corpus().heldOut(),
          share -> {
            setup.listener().evaluating(share);
            if (share < 1 && stop.getAsBoolean()) {
              throw new CancellationException();
            }
          });
    } catch (CancellationException asked) {
      return new Evaluator.Result(Double.NaN, 0, 0);
    }
  }

  private MetricLine.Evaluation line(Evaluator.Result result, boolean whole) {
    return new MetricLine.Evaluation(
        trainer.steps(),
        result.loss(),
        result.bitsPerByte(),
        result.perplexity(),
        result.tokens(),
        whole);
  }
}
