package io.github.gss4j.study.probe;

import io.github.gss4j.batches.BatchSource;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.layers.Init;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.loss.CrossEntropy;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.trainer.TrainableLanguageModel;
import io.github.gss4j.trainer.Trainer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Trains one model on one probe, and counts how many answers it gives right in sequences that it
 * has not seen, of several lengths.
 *
 * @param probe what it is asked
 * @param config of the training; every step has fresh sequences of {@code seq_len}
 */
record ProbeRun(Probe probe, TrainConfig config) {
  private static final int AT_ONCE = 8;
  private static final long UNSEEN = 1L << 40;

  /**
   * Trains, then asks.
   *
   * @param lengths of the sequences it is asked
   * @param sequences of each length
   * @param stop asked after every step
   * @return the share of right answers at each length; empty if it was stopped
   */
  public List<Double> run(List<Integer> lengths, int sequences, BooleanSupplier stop) {
    Precision precision = Precision.forTraining(config.compute().dtype());
    try (LanguageModel model =
            LanguageModel.of(
                config.model(),
                Init.random(config.seed()),
                precision,
                Tensors.device(config.compute().device()));
        Trainer<BatchSource> trainer =
            TrainableLanguageModel.trainer(model, config, probe.objective())) {
      BatchSource batches = this::ids;
      while (trainer.steps() < config.schedule().steps()) {
        trainer.step(batches);
        if (stop.getAsBoolean()) {
          return List.of();
        }
      }
      return lengths.stream().map(length -> accuracy(model, length, sequences)).toList();
    }
  }

  private Tensor ids(long step, int micro) {
    long[] rows =
        IntStream.range(0, config.batch().size())
            .mapToObj(
                b -> {
                  long number =
                      (step * config.batch().accumulate() + micro) * config.batch().size() + b;
                  return probe.lesson(config.batch().seqLen(), random(number)).ids();
                })
            .flatMapToLong(java.util.Arrays::stream)
            .toArray();
    return Tensors.of(rows, config.batch().size(), config.batch().seqLen() + 1L);
  }

  private SplittableRandom random(long number) {
    return new SplittableRandom(new SplittableRandom(config.seed()).nextLong() + number);
  }

  /** The share of the answers that are the most likely token. */
  private double accuracy(LanguageModel model, int length, int sequences) {
    long right = 0;
    long asked = 0;
    for (int from = 0; from < sequences; from += AT_ONCE) {
      List<Probe.Sequence> batch = new ArrayList<>();
      for (int i = from; i < Math.min(sequences, from + AT_ONCE); i++) {
        batch.add(probe.draw(length, random(UNSEEN + i)));
      }
      long[] guesses = guesses(model, batch, length);
      for (int row = 0; row < batch.size(); row++) {
        long[] targets = batch.get(row).targets();
        for (int i = 0; i < length; i++) {
          if (targets[i] != CrossEntropy.IGNORED) {
            asked++;
            right += guesses[row * length + i] == targets[i] ? 1 : 0;
          }
        }
      }
    }
    return (double) right / asked;
  }

  private static long[] guesses(LanguageModel model, List<Probe.Sequence> batch, int length) {
    long[] read =
        batch.stream().flatMapToLong(s -> java.util.Arrays.stream(s.ids()).limit(length)).toArray();
    try (PointerScope scope = new PointerScope()) {
      Tensor ids = Tensors.of(read, batch.size(), length).to(model.device(), ScalarType.Long);
      Tensor logits = Scopes.withoutGradient(() -> model.logits(ids)); // (B, L, V)
      return Tensors.toLongs(logits.argmax(new LongOptional(2), false));
    }
  }
}
