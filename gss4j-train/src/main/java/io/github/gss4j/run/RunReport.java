package io.github.gss4j.run;

import io.github.gss4j.config.training.ClassifyConfig;
import io.github.gss4j.layers.CausalLayer;
import io.github.gss4j.layers.Eigenvalues;
import io.github.gss4j.layers.SequenceMixer;
import io.github.gss4j.model.SequenceClassifier;
import io.github.gss4j.run.files.RunDirectory;
import io.github.gss4j.tracking.Comparison;
import io.github.gss4j.tracking.Environment;
import io.github.gss4j.tracking.KernelPicture;
import io.github.gss4j.tracking.MetricsLog;
import io.github.gss4j.tracking.Report;
import io.github.gss4j.tracking.RunFacts;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;

/** Gathers what a run's report shows: its metrics, and what its state spaces have learned. */
final class RunReport {
  private static final int CHANNELS = 6;
  private static final int LAGS = 256;

  private RunReport() {}

  static Report of(TrainingRun run, long steps, Duration time, List<Comparison> comparisons)
      throws IOException {
    long tokens = steps * run.tokensPerStep();
    return new Report(
        new RunFacts(name(run.directory()), run.model().parameterCount(), tokens, time),
        MetricsLog.read(run.directory().metrics()),
        run.config().toJson(),
        Environment.facts(),
        comparisons,
        kernels(run.model().layers()));
  }

  static Report of(
      RunDirectory directory, ClassifyConfig config, SequenceClassifier model, double seconds)
      throws IOException {
    long parameters = model.parameters().stream().mapToLong(p -> p.value().numel()).sum();
    return new Report(
        new RunFacts(name(directory), parameters, 0, Duration.ofMillis(Math.round(seconds * 1000))),
        MetricsLog.read(directory.metrics()),
        config.toJson(),
        Environment.facts(),
        List.of(),
        List.of());
  }

  private static String name(RunDirectory directory) {
    return "gss4j · " + directory.path().getFileName();
  }

  static List<KernelPicture> kernels(List<CausalLayer> layers) {
    List<KernelPicture> pictures = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      String name = "layer " + i;
      SequenceMixer mixer = layers.get(i).mixer();
      mixer.modes().ifPresent(modes -> pictures.add(picture(name, mixer, modes)));
    }
    return pictures;
  }

  private static KernelPicture picture(String name, SequenceMixer mixer, Eigenvalues modes) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      double[][] rows =
          mixer.curves(LAGS).map(curves -> curves.first(CHANNELS)).orElse(new double[0][]);
      return new KernelPicture(name, rows, modes.lambdaRe(), modes.lambdaIm());
    }
  }
}
