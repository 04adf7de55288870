package io.github.gss4j.cli;

import io.github.gss4j.trainer.Guarded;
import io.github.gss4j.trainer.RunListener;
import io.github.gss4j.trainer.RunListeners;
import io.github.gss4j.trainer.TensorBoard;
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

  /** A listener to all of it, and to what shows progress. */
  Listeners listeners(RunListener progress, Path run) {
    List<Guarded> guarded = new ArrayList<>();
    if (tensorboard != null) {
      guarded.add(new Guarded("TensorBoard", new TensorBoard(events(run))));
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
  record Listeners(RunListener all, List<Guarded> guarded) implements AutoCloseable {
    @Override
    public void close() {
      guarded.forEach(Guarded::close);
    }
  }
}
