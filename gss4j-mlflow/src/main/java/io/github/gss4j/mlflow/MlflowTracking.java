package io.github.gss4j.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.run.files.RunDirectory;
import io.github.gss4j.run.listener.RunListener;
import io.github.gss4j.run.listener.RunOutcome;
import io.github.gss4j.run.listener.RunView;
import io.github.gss4j.tracking.MetricLine;
import io.github.gss4j.tracking.MetricsLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.mlflow.api.proto.Service.Metric;
import org.mlflow.api.proto.Service.RunStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs a run to an MLflow server: parameters, metrics, configuration and report, and the model,
 * registered under the experiment's name.
 *
 * <p>All is sent from a thread of its own. A server that is away, slow or in trouble costs the run
 * nothing but {@code grace} at its end. The run's id is kept in {@code mlflow.id} in its directory,
 * so that a resumed run is the same run there, each step once.
 */
public final class MlflowTracking implements RunListener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MlflowTracking.class);
  private static final int MOST_WAITING = 200_000;
  private static final int BATCH = 1_000;

  /** A checkpoint's state, no two of which are the same. */
  private static final String STATE = "training.json";

  private static final Set<String> TRAINING_ONLY = Set.of("optimizer.safetensors", STATE);

  /** Sends a part of a run. */
  private interface Sending {
    void to(RemoteRun run) throws IOException;
  }

  private final String experiment;
  private final MlflowServer server;
  private final Outbox outbox;
  private final PendingMetrics pending = new PendingMetrics(MOST_WAITING);
  private final AtomicBoolean flushing = new AtomicBoolean();
  private RemoteRun remote;
  private Map<String, String> settings = Map.of();
  private RunDirectory directory;
  private RunOutcome outcome;

  /** A logger to a server with the time-outs of daily use: 10 s an answer, 15 s at the end. */
  public MlflowTracking(URI uri, String experiment) {
    this(uri, experiment, Duration.ofSeconds(10), Duration.ofSeconds(15));
  }

  /**
   * A logger to a server.
   *
   * @param uri such as {@code http://127.0.0.1:5000}
   * @param experiment is made where there is none of that name
   * @param timeout of each answer
   * @param grace how long to keep trying when the run is over
   */
  public MlflowTracking(URI uri, String experiment, Duration timeout, Duration grace) {
    if (!Set.of("http", "https").contains(String.valueOf(uri.getScheme()))) {
      throw new IllegalArgumentException(
          "mlflow is '" + uri + "', expected a server's address, such as http://127.0.0.1:5000");
    }
    this.experiment = experiment;
    this.server = new MlflowServer(uri, timeout, System.getenv());
    this.outbox = new Outbox("MLflow at " + uri, grace);
  }

  @Override
  public void started(RunView run, long fromStep) {
    directory = run.directory();
    settings = settings(run.config().toJson());
    settings.put("parameters", Long.toString(run.model().parameterCount()));
    outbox.add(this::open);
    outbox.add(() -> tell(there -> there.send(settings)));
    outbox.add(() -> tell(there -> sendEarlier(there, fromStep)));
  }

  /** Finds or makes the run there. */
  private void open() throws IOException {
    Path path = directory.path();
    String name = path.toAbsolutePath().normalize().getFileName().toString();
    remote = RemoteRun.open(server, experiment, name, path.resolve("mlflow.id"));
  }

  /** Sends what a killed process did not send, or what a deleted run had. */
  private void sendEarlier(RemoteRun there, long steps) throws IOException {
    if (steps == 0) {
      return;
    }
    List<Metric> metrics =
        MetricsLog.read(directory.metrics()).stream()
            .filter(line -> line.step() <= steps)
            .flatMap(line -> Metrics.of(line).stream())
            .filter(there::isNew)
            .toList();
    for (int from = 0; from < metrics.size(); from += BATCH) {
      there.send(metrics.subList(from, Math.min(metrics.size(), from + BATCH)));
    }
  }

  /** Tells the run something; if it was deleted, a new one that gets everything from the start. */
  private void tell(Sending part) throws IOException {
    if (remote == null) {
      throw new RefusedException("no run was made there", null);
    }
    try {
      part.to(remote);
    } catch (RefusedException e) {
      if (!remote.isDeleted()) {
        throw e;
      }
      remote = null; // none, if none can be made
      open();
      sendEarlier(remote, Long.MAX_VALUE);
      part.to(remote);
      remote.send(settings);
    }
  }

  private static Map<String, String> settings(JsonNode config) {
    Map<String, String> settings = new LinkedHashMap<>();
    config
        .properties()
        .forEach(
            field -> {
              JsonNode value = field.getValue();
              settings.put(
                  field.getKey(), value.isTextual() ? value.textValue() : value.toString());
            });
    return settings;
  }

  @Override
  public void recorded(MetricLine line) {
    pending.add(Metrics.of(line));
    flushSoon();
  }

  private void flushSoon() {
    if (flushing.compareAndSet(false, true)) {
      outbox.add(this::flush);
    }
  }

  private void flush() throws IOException {
    flushing.set(false);
    while (true) {
      List<Metric> batch = pending.take(BATCH);
      if (batch.isEmpty()) {
        break;
      }
      try {
        tell(run -> run.send(batch));
      } catch (RefusedException e) {
        throw e;
      } catch (IOException e) {
        pending.putBack(batch);
        throw e;
      }
    }
    long dropped = pending.dropped();
    if (dropped > 0) {
      LOG.warn("MLflow was unreachable for too long: {} metrics are left out", dropped);
    }
  }

  @Override
  public void ended(RunView run, RunOutcome result) {
    outcome = result;
  }

  private void sendFiles() {
    for (String name : List.of("run.json", "metrics.jsonl", "report.html")) {
      outbox.add(() -> tell(run -> run.upload(name, directory.path().resolve(name))));
    }
    if (outcome.finished()) {
      directory.checkpoint(RunDirectory.BEST).ifPresent(this::sendModel);
    }
  }

  private void sendModel(Path checkpoint) {
    try (Stream<Path> files = Files.list(checkpoint)) {
      String digest = digest(checkpoint.resolve(STATE));
      files
          .filter(file -> !TRAINING_ONLY.contains(file.getFileName().toString()))
          .sorted()
          .forEach(f -> addUnlessRegistered(digest, r -> r.upload("model/" + f.getFileName(), f)));
      addUnlessRegistered(digest, run -> run.register(experiment));
      addUnlessRegistered(digest, run -> run.noteRegistered(digest));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String digest(Path file) throws IOException {
    return UUID.nameUUIDFromBytes(Files.readAllBytes(file)).toString();
  }

  /** A run that ended before and was only looked at again has its model there. */
  private void addUnlessRegistered(String digest, Sending part) {
    outbox.add(
        () ->
            tell(
                run -> {
                  if (!run.isRegistered(digest)) {
                    part.to(run);
                  }
                }));
  }

  @Override
  public void close() {
    if (directory != null) {
      if (outcome != null) {
        sendFiles(); // as they are now: a report may have been written again since the run's end
      }
      RunStatus status =
          outcome == null
              ? RunStatus.FAILED
              : outcome.finished() ? RunStatus.FINISHED : RunStatus.KILLED;
      outbox.add(() -> tell(run -> run.update(status)));
    }
    outbox.close();
    server.close();
  }
}
