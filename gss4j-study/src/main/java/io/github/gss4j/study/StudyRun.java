package io.github.gss4j.study;

import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.run.files.RunDirectory;
import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.tracking.MetricsLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One training of a study, as its metrics tell it.
 *
 * @param config its settings
 * @param loss on the whole held-out text at the end, in nats per token
 * @param bitsPerByte the same as bits per byte; NaN where bytes are not known
 * @param seconds of training
 * @param curve held-out losses on the way, moved as a whole so that it ends at {@code loss}: each
 *     look reads a slice of the text only, another one for every seed, which is easier or harder
 *     than all of it
 */
record StudyRun(
    TrainConfig config, double loss, double bitsPerByte, double seconds, List<Mark> curve) {
  /**
   * A look at a slice of the held-out text.
   *
   * @param tokens trained on so far
   * @param seconds of training so far
   * @param loss in nats per token
   */
  public record Mark(long tokens, double seconds, double loss) {}

  /** Tokens trained on in a second. */
  double tokensPerSecond() {
    return config.schedule().steps() * config.tokensPerStep() / seconds;
  }

  /** Reads a run that has come to its end; empty where it has not, or was made otherwise. */
  static Optional<StudyRun> read(TrainConfig config, Path directory) throws IOException {
    Path metrics = new RunDirectory(directory).metrics();
    if (!Files.exists(metrics)) {
      return Optional.empty();
    }
    List<Mark> curve = new ArrayList<>();
    double seconds = 0;
    Optional<MetricLine.Evaluation> last = Optional.empty();
    for (MetricLine line : MetricsLog.read(metrics)) {
      if (line instanceof MetricLine.Step step) {
        seconds += config.tokensPerStep() / step.tokensPerSecond();
      } else if (line instanceof MetricLine.Evaluation found && found.whole()) {
        last = found.step() == config.schedule().steps() ? Optional.of(found) : last;
      } else if (line instanceof MetricLine.Evaluation found) {
        curve.add(new Mark(found.step() * config.tokensPerStep(), seconds, found.evalLoss()));
      }
    }
    double all = seconds;
    return last.map(
        end ->
            new StudyRun(
                config,
                end.evalLoss(),
                end.bitsPerByte(),
                all,
                moved(curve, config.schedule().steps() * config.tokensPerStep(), end.evalLoss())));
  }

  private static List<Mark> moved(List<Mark> curve, long end, double loss) {
    double by =
        curve.stream()
            .filter(mark -> mark.tokens() == end)
            .mapToDouble(mark -> loss - mark.loss())
            .findFirst()
            .orElse(0);
    return curve.stream()
        .map(mark -> new Mark(mark.tokens(), mark.seconds(), mark.loss() + by))
        .toList();
  }
}
