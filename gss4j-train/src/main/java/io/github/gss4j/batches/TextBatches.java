package io.github.gss4j.batches;

import io.github.gss4j.config.Checks;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.data.Corpus;
import io.github.gss4j.data.TrainingText;
import io.github.gss4j.data.documents.StreamedCorpus;

/** Chooses how a run reads its text. */
public final class TextBatches {
  private TextBatches() {}

  /** The share of one rank: of long stretches, of a corpus in a seeded order, or of a stream. */
  public static BatchSource of(TrainingText text, TrainConfig config, int rank, int worldSize) {
    if (text instanceof Corpus corpus) {
      return config.batch().state().carry()
          ? new LongStretches(corpus.train(), config, rank, worldSize)
          : new CorpusBatches(corpus.train(), config, rank, worldSize);
    }
    if (text instanceof StreamedCorpus stream) {
      Checks.that(
          !config.batch().state().carry(),
          "carry_state",
          true,
          "false with --stream, whose order is its own: state_passing goes with it");
      return new StreamBatches(stream, config, rank, worldSize);
    }
    throw new IllegalArgumentException(
        text.name() + " is a " + text.getClass().getSimpleName() + ", expected a corpus or stream");
  }
}
