package io.github.gss4j.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that speaks the few calls of MLflow that a run needs, or is in trouble. */
final class FakeMlflow implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** How it takes requests. */
  enum Mood {
    WELL,
    ANSWERS_500,
    HANGS
  }

  final Map<String, String> params = new ConcurrentHashMap<>();
  final Map<String, String> tags = new ConcurrentHashMap<>();
  final Map<String, Map<Long, Double>> metrics = new ConcurrentHashMap<>();
  final Map<String, byte[]> artifacts = new ConcurrentHashMap<>();
  final Map<String, String> models = new ConcurrentHashMap<>();
  final AtomicInteger runs = new AtomicInteger();
  final AtomicInteger versions = new AtomicInteger();
  volatile String status = "";
  volatile boolean doubled;
  volatile Mood mood = Mood.WELL;

  /** Whether the run of the greatest number was deleted. */
  volatile boolean runDeleted;

  /** What the experiment's name stands for: nothing, or an experiment in a stage. */
  volatile String experiment = "";

  /** Whether somebody else makes the experiment between two calls. */
  volatile boolean raced;

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch end = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;

  FakeMlflow() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Waits until somebody asks. */
  void awaitRequest() {
    try {
      asked.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until some metrics have come. */
  void awaitMetrics() {
    try {
      while (metrics.isEmpty()) {
        Thread.sleep(1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    asked.countDown();
    try (exchange) {
      if (mood == Mood.HANGS) {
        end.await();
        return;
      }
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (mood == Mood.ANSWERS_500) {
        answer(exchange, 500, "it hurts");
        return;
      }
      String path = exchange.getRequestURI().getPath();
      if (path.startsWith("/api/2.0/mlflow-artifacts/artifacts/")) {
        artifacts.put(path.substring("/api/2.0/mlflow-artifacts/artifacts/".length()), body);
        answer(exchange, 200, "{}");
        return;
      }
      JsonNode json = body.length == 0 ? JSON.createObjectNode() : JSON.readTree(body);
      String call = path.substring("/api/2.0/mlflow/".length());
      ObjectNode reply = JSON.createObjectNode();
      switch (call) {
        case "experiments/search" -> {
          var found = reply.putArray("experiments");
          if (experiment.equals("active")) {
            found.addObject().put("experiment_id", "7");
          }
          experiment = raced ? "active" : experiment;
        }
        case "experiments/create" -> {
          if (!experiment.isEmpty()) {
            answer(exchange, 400, "{\"error_code\": \"RESOURCE_ALREADY_EXISTS\"}");
            return;
          }
          experiment = "active";
          reply.put("experiment_id", "7");
        }
        case "experiments/get-by-name" ->
            reply
                .putObject("experiment")
                .put("experiment_id", "7")
                .put("lifecycle_stage", experiment);
        case "runs/create" -> {
          runs.incrementAndGet();
          runDeleted = false;
          params.clear();
          metrics.clear();
          info(reply);
        }
        case "runs/get" -> {
          info(reply);
          known((ObjectNode) reply.get("run"));
        }
        case "runs/log-batch", "runs/update" -> {
          if (runDeleted || isTooLong(json)) {
            answer(exchange, 400, "{\"error_code\": \"INVALID_PARAMETER_VALUE\"}");
            return;
          }
          log(json);
          status = json.path("status").asText(status);
        }
        case "registered-models/create" -> {
          if (models.containsKey(json.get("name").asText())) {
            answer(exchange, 400, "{\"error_code\": \"RESOURCE_ALREADY_EXISTS\"}");
            return;
          }
          models.put(json.get("name").asText(), "");
        }
        case "registered-models/get" -> reply.putObject("registered_model").put("name", "m");
        case "model-versions/create" -> {
          versions.incrementAndGet();
          models.put(json.get("name").asText(), json.get("source").asText());
        }
        default -> {
          answer(exchange, 404, "{\"message\": \"no such call: " + call + "\"}");
          return;
        }
      }
      answer(exchange, 200, reply.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void info(ObjectNode reply) {
    String id = "r" + runs;
    ObjectNode info = reply.putObject("run").putObject("info");
    info.put("run_id", id).put("experiment_id", "7").put("status", "RUNNING");
    info.put("artifact_uri", "mlflow-artifacts:/7/" + id + "/artifacts");
    info.put("lifecycle_stage", runDeleted ? "deleted" : "active");
  }

  private static boolean isTooLong(JsonNode json) {
    for (JsonNode param : json.path("params")) {
      if (text(param, "value").codePoints().count() > 500 || text(param, "value").contains("\0")) {
        return true;
      }
    }
    return false;
  }

  private void known(ObjectNode run) {
    ObjectNode data = run.putObject("data");
    var latest = data.putArray("metrics");
    metrics.forEach(
        (key, values) -> {
          var last = new TreeMap<>(values).lastEntry();
          latest
              .addObject()
              .put("key", key)
              .put("value", last.getValue())
              .put("step", last.getKey());
        });
    var settings = data.putArray("params");
    params.forEach((key, value) -> settings.addObject().put("key", key).put("value", value));
    var notes = data.putArray("tags");
    tags.forEach((key, value) -> notes.addObject().put("key", key).put("value", value));
  }

  private void log(JsonNode json) {
    json.path("params").forEach(p -> params.put(text(p, "key"), text(p, "value")));
    json.path("tags").forEach(p -> tags.put(text(p, "key"), text(p, "value")));
    for (JsonNode metric : json.path("metrics")) {
      Map<Long, Double> values =
          metrics.computeIfAbsent(text(metric, "key"), k -> new LinkedHashMap<>());
      synchronized (values) {
        Double before = values.put(metric.path("step").asLong(), metric.path("value").asDouble());
        doubled |= before != null;
      }
    }
  }

  private static String text(JsonNode node, String key) {
    return node.path(key).asText();
  }

  private static void answer(HttpExchange exchange, int code, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(code, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    end.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
