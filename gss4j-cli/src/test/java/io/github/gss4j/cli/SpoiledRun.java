package io.github.gss4j.cli;

import io.github.gss4j.cli.run.RunInputs;
import io.github.gss4j.cli.run.RunOptions;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.data.TrainingText;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.run.TrainingRun;
import io.github.gss4j.run.files.RunDirectory;
import io.github.gss4j.run.listener.RunListener;
import io.github.gss4j.run.listener.RunView;
import io.github.gss4j.tokenizer.ByteTokenizer;
import io.github.gss4j.trainer.StepMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A run, started or continued, some of whose steps have a loss that is not finite: a weight is
 * spoilt before them and mended after them. Its steps are far from evaluations and checkpoints.
 */
final class SpoiledRun implements RunListener {
  /** Steps that are skipped. */
  static final Set<Long> BAD = Set.of(12L, 23L, 24L, 52L, 73L, 94L, 122L);

  private Tensor weight;
  private Tensor mended;

  private SpoiledRun() {}

  /**
   * Runs to the end.
   *
   * @param args the configuration's file and the run's directory
   */
  public static void main(String[] args) throws IOException {
    Path file = Path.of(args[0]);
    Path out = Path.of(args[1]);
    TrainConfig config =
        RunOptions.parse(RunOptions.read(file), file.toString(), TrainConfig.defaults());
    SpoiledRun spoiler = new SpoiledRun();
    try (TrainingText corpus = RunInputs.texts().open(config.data(), new ByteTokenizer());
        TrainingRun run =
            new RunDirectory(out).isUsed()
                ? TrainingRun.resume(config, out, corpus, new ByteTokenizer(), spoiler)
                : TrainingRun.start(config, out, corpus, new ByteTokenizer(), spoiler)) {
      run.run(() -> false);
    }
  }

  @Override
  public void started(RunView run, long fromStep) {
    weight = run.model().parameters().get(0).value();
    prepare(fromStep + 1);
  }

  @Override
  public void stepped(long step, StepMetrics result, double tokensPerSecond) {
    if (mended != null) {
      Scopes.withoutGradient(() -> weight.copy_(mended).detach());
      mended.releaseReference();
      mended = null;
    }
    prepare(step + 1);
  }

  private void prepare(long next) {
    if (BAD.contains(next)) {
      mended = Scopes.kept(() -> Scopes.withoutGradient(() -> weight.detach().clone()));
      Scopes.withoutGradient(() -> weight.fill_(new Scalar(Double.NaN)).detach());
    }
  }
}
