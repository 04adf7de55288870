package io.github.gss4j.cli.train;

import io.github.gss4j.mlflow.MlflowTracking;
import io.github.gss4j.run.listener.RunListener;
import io.github.gss4j.run.listener.RunListeners;
import io.github.gss4j.run.listener.SafeListener;
import io.github.gss4j.run.listener.TensorBoard;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Where a run is logged besides its own directory. */
final class TrackingOptions {
  @Option(
      names = "--tensorboard",
      paramLabel = "DIR|on",
      description = "write event files: into DIR/<name of the run>, or into the run's directory")
  String tensorboard;

  @Option(
      names = "--mlflow",
      paramLabel = "URI",
      description = "log to this MLflow server, such as http://127.0.0.1:5000")
  String mlflow;

  @Option(
      names = "--mlflow-experiment",
      paramLabel = "NAME",
      description = "the experiment there, and the name of its models (default: gss4j)")
  String mlflowExperiment;

  /** A listener to all of it, and to what shows progress. */
  Listeners listeners(RunListener progress, Path run) {
    List<SafeListener> guarded = new ArrayList<>();
    if (tensorboard != null) {
      guarded.add(new SafeListener("TensorBoard", new TensorBoard(events(run))));
    }
    if (mlflow != null) {
      String experiment = mlflowExperiment == null ? "gss4j" : mlflowExperiment;
      guarded.add(new SafeListener("MLflow", new MlflowTracking(URI.create(mlflow), experiment)));
    } else if (mlflowExperiment != null) {
      throw new IllegalArgumentException(
          "--mlflow-experiment is '"
              + mlflowExperiment
              + "', but no server is named: add --mlflow URI");
    }
    List<RunListener> all = new ArrayList<>(List.of(progress));
    all.addAll(guarded);
    return new Listeners(new RunListeners(all), guarded);
  }

  private Path events(Path run) {
    return tensorboard.equals("on")
        ? run.resolve("tensorboard")
        : Path.of(tensorboard).resolve(run.toAbsolutePath().normalize().getFileName());
  }

  /** All listeners of a run; closing lets those outside finish. */
  record Listeners(RunListener all, List<SafeListener> guarded) implements AutoCloseable {
    @Override
    public void close() {
      guarded.forEach(SafeListener::close);
    }
  }
}
