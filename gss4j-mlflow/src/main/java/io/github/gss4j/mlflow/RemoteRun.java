package io.github.gss4j.mlflow;

import io.github.gss4j.files.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.mlflow.api.proto.ModelRegistry.CreateModelVersion;
import org.mlflow.api.proto.ModelRegistry.CreateRegisteredModel;
import org.mlflow.api.proto.Service.CreateRun;
import org.mlflow.api.proto.Service.Experiment;
import org.mlflow.api.proto.Service.Metric;
import org.mlflow.api.proto.Service.Param;
import org.mlflow.api.proto.Service.Run;
import org.mlflow.api.proto.Service.RunInfo;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.api.proto.Service.RunTag;
import org.mlflow.api.proto.Service.UpdateRun;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowHttpException;
import org.mlflow_project.google.protobuf.InvalidProtocolBufferException;
import org.mlflow_project.google.protobuf.Message;
import org.mlflow_project.google.protobuf.util.JsonFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A run on an MLflow server: created, or found again for a resumed run. */
final class RemoteRun {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteRun.class);
  private static final int BATCH = 100;
  private static final int MOST_TEXT = 500;
  private static final String DELETED = "deleted";

  /** The tag that says which model of the run is registered already. */
  private static final String REGISTERED = "gss4j.registered";

  private final MlflowServer server;
  private final RunInfo info;
  private final Map<String, Long> reached = new HashMap<>();
  private final Map<String, String> params = new HashMap<>();
  private String registered = "";

  private RemoteRun(MlflowServer server, Run run) {
    this.server = server;
    this.info = run.getInfo();
    run.getData().getMetricsList().forEach(m -> reached.put(m.getKey(), m.getStep()));
    run.getData().getParamsList().forEach(p -> params.put(p.getKey(), p.getValue()));
    run.getData().getTagsList().stream()
        .filter(tag -> tag.getKey().equals(REGISTERED))
        .forEach(tag -> registered = tag.getValue());
  }

  /**
   * Opens a run: the one that is noted, or a new one where there is none or it was deleted.
   *
   * @param note a file that holds the run's id, and is written where a run is made
   * @throws RefusedException if the experiment was deleted
   */
  static RemoteRun open(MlflowServer server, String experiment, String name, Path note)
      throws IOException {
    if (Files.exists(note)) {
      String id = Files.readString(note).strip();
      Optional<Run> known = id.isEmpty() ? Optional.empty() : active(server, id);
      if (known.isPresent()) {
        RemoteRun run = new RemoteRun(server, known.get());
        run.update(RunStatus.RUNNING);
        return run;
      }
      LOG.warn("MLflow has no run '{}' any more: a new one is made", id);
    }
    CreateRun wanted =
        CreateRun.newBuilder()
            .setExperimentId(experimentId(server, experiment))
            .setRunName(name)
            .setStartTime(System.currentTimeMillis())
            .build();
    RunInfo made = server.ask(client -> client.createRun(wanted));
    AtomicFile.write(note, made.getRunId() + "\n");
    return new RemoteRun(server, Run.newBuilder().setInfo(made).build());
  }

  /** The experiment of a name, which is made where there is none. */
  private static String experimentId(MlflowServer server, String name) throws IOException {
    String quote = name.contains("'") ? "\"" : "'";
    String filter = "name = " + quote + name + quote;
    Optional<String> found =
        server.ask(
            client ->
                client.searchExperiments(filter).getItems().stream()
                    .findFirst()
                    .map(Experiment::getExperimentId));
    if (found.isPresent()) {
      return found.get();
    }
    try {
      return server.ask(client -> client.createExperiment(name));
    } catch (RefusedException e) { // another process was faster, or it was deleted
      Experiment there =
          server.ask(client -> client.getExperimentByName(name)).orElseThrow(() -> e);
      if (there.getLifecycleStage().equals(DELETED)) {
        throw new RefusedException(
            "experiment '" + name + "' is deleted: restore it or choose another", e);
      }
      return there.getExperimentId();
    }
  }

  /** A run that is there and was not deleted. */
  private static Optional<Run> active(MlflowServer server, String id) throws IOException {
    return Optional.ofNullable(server.ask(client -> found(() -> client.getRun(id))))
        .filter(run -> !run.getInfo().getLifecycleStage().equals(DELETED));
  }

  /** Whether it was deleted meanwhile. */
  boolean isDeleted() throws IOException {
    return active(server, id()).isEmpty();
  }

  private static Run found(Supplier<Run> run) {
    try {
      return run.get();
    } catch (MlflowHttpException e) {
      if (e.getStatusCode() == 404) { // another server, or it was deleted there permanently
        return null;
      }
      throw e;
    }
  }

  /** Sends parameters; one that is there with another value becomes a tag {@code changed.…}. */
  void send(Map<String, String> settings) throws IOException {
    List<Param> fresh = new ArrayList<>();
    List<RunTag> tags = new ArrayList<>();
    settings.forEach(
        (key, value) -> {
          String text = cut(value);
          if (!params.containsKey(key)) {
            fresh.add(Param.newBuilder().setKey(key).setValue(text).build());
          } else if (!params.get(key).equals(text)) {
            tags.add(RunTag.newBuilder().setKey("changed." + key).setValue(text).build());
          }
        });
    for (int from = 0; from < fresh.size(); from += BATCH) {
      sendAll(fresh.subList(from, Math.min(fresh.size(), from + BATCH)));
    }
    fresh.forEach(param -> params.put(param.getKey(), param.getValue()));
    if (!tags.isEmpty()) {
      ask(client -> client.logBatch(id(), List.of(), List.of(), tags));
    }
  }

  /** All at once; where the server refuses some, the others one by one. */
  private void sendAll(List<Param> params) throws IOException {
    try {
      ask(client -> client.logBatch(id(), List.of(), params, List.of()));
    } catch (RefusedException e) {
      if (params.size() == 1) {
        throw new RefusedException(params.get(0).getKey() + ": " + e.getMessage(), e);
      }
      Optional<RefusedException> refused = Optional.empty();
      for (Param param : params) {
        try {
          sendAll(List.of(param));
        } catch (RefusedException one) {
          refused = Optional.of(one);
        }
      }
      if (refused.isPresent()) {
        throw refused.get();
      }
    }
  }

  /** At most as many characters as every server takes, none of them cut in two. */
  static String cut(String text) {
    int[] points = text.codePoints().limit(MOST_TEXT + 1L).toArray();
    return points.length <= MOST_TEXT ? text : new String(points, 0, MOST_TEXT - 1) + "…";
  }

  /** Whether the server does not know a metric of that step from before. */
  boolean isNew(Metric metric) {
    return metric.getStep() > reached.getOrDefault(metric.getKey(), -1L);
  }

  /** Sends metrics, but those of steps that the server knows from before. */
  void send(List<Metric> metrics) throws IOException {
    List<Metric> fresh = metrics.stream().filter(this::isNew).toList();
    if (!fresh.isEmpty()) {
      ask(client -> client.logBatch(id(), fresh, List.of(), List.of()));
      fresh.forEach(m -> reached.merge(m.getKey(), m.getStep(), Math::max));
    }
  }

  /** Sends a file among the run's artifacts. */
  void upload(String name, Path file) throws IOException {
    server.upload(info.getArtifactUri(), name, file);
  }

  /** Whether this model of the run was registered when it ended before. */
  boolean isRegistered(String digest) {
    return registered.equals(digest);
  }

  /** Makes what lies under {@code model/} a version of a registered model. */
  void register(String model) throws IOException {
    String create = json(CreateRegisteredModel.newBuilder().setName(model).build());
    try {
      server.ask(client -> client.sendPost("registered-models/create", create));
    } catch (RefusedException alreadyThere) {
      server.ask(client -> client.getRegisteredModel(model));
    }
    String version =
        json(
            CreateModelVersion.newBuilder()
                .setName(model)
                .setSource(info.getArtifactUri() + "/model")
                .setRunId(id())
                .build());
    server.ask(client -> client.sendPost("model-versions/create", version));
  }

  /** Notes which model was registered. */
  void noteRegistered(String digest) throws IOException {
    RunTag tag = RunTag.newBuilder().setKey(REGISTERED).setValue(digest).build();
    ask(client -> client.logBatch(id(), List.of(), List.of(), List.of(tag)));
  }

  /** Reports how the run ended. */
  void update(RunStatus status) throws IOException {
    UpdateRun.Builder update = UpdateRun.newBuilder().setRunId(id()).setStatus(status);
    if (status != RunStatus.RUNNING) {
      update.setEndTime(System.currentTimeMillis());
    }
    String json = json(update.build());
    server.ask(client -> client.sendPost("runs/update", json));
  }

  private String id() {
    return info.getRunId();
  }

  private void ask(Consumer<MlflowClient> call) throws IOException {
    server.ask(
        client -> {
          call.accept(client);
          return true;
        });
  }

  private static String json(Message message) {
    try {
      return JsonFormat.printer().preservingProtoFieldNames().print(message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e); // built above, so it is whole
    }
  }
}
