package io.github.gss4j.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.GssModel;
import io.github.gss4j.LoadOptions;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.config.AttentionConfig;
import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.engine.EngineOptions;
import io.github.gss4j.engine.RandomModel;
import io.github.gss4j.serve.decode.Capacity;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** A server over a tiny model of random weights, on a free port, and a client of it. */
final class Serving extends HttpUser implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long SEED = 5;

  final GssModel model;

  private Serving(GssModel model, ServerOptions options) {
    super(GssServer.start(model, options));
    this.model = model;
  }

  /** Bytes as tokens, two layers with a memory of fixed size and one that grows. */
  static StoredModel tiny(Path directory) {
    ModelConfig config =
        ModelConfig.of(256, 16, 1)
            .withLayers(
                List.of(
                    new GssConfig(6, 8, true),
                    new AttentionConfig(2, 5, AttentionConfig.Kind.SLIDING),
                    new GssConfig(6, 8, true)))
            .withTokenizer("bytes");
    return RandomModel.write(config, SEED, directory);
  }

  /** The engine whose tokens do not depend, to the bit, on what else is in the batch. */
  static GssModel load(StoredModel stored) {
    return GssModel.load(
        stored,
        LoadOptions.defaults().withEngine("java").with(EngineOptions.DEFAULT.withThreads(1)));
  }

  static ServerOptions options() {
    return ServerOptions.defaults()
        .withPort(0)
        .withModelName("tiny")
        .with(Capacity.defaults().withBytes(64 << 20, 64 << 20, 64 << 20));
  }

  static Serving start(Path directory) {
    return start(directory, options());
  }

  static Serving start(Path directory, ServerOptions options) {
    return new Serving(load(tiny(directory)), options);
  }

  /** An answer. */
  record Answer(int status, String body, HttpResponse<String> response) {
    JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (IOException e) {
        throw new AssertionError(body, e);
      }
    }

    /** The events of a stream, {@code [DONE]} and comments left out. */
    List<JsonNode> events() {
      List<JsonNode> events = new ArrayList<>();
      try {
        for (String line : body.lines().toList()) {
          if (line.startsWith("data: {")) {
            events.add(JSON.readTree(line.substring(6)));
          }
        }
      } catch (IOException e) {
        throw new AssertionError(body, e);
      }
      return events;
    }

    String error() {
      return json().path("error").path("message").asText();
    }

    String param() {
      return json().path("error").path("param").asText();
    }

    String text() {
      return json().path("choices").path(0).path("text").asText();
    }
  }

  /** Waits until something holds; the test's time-out is the limit. */
  static void await(BooleanSupplier holds) {
    while (!holds.getAsBoolean()) {
      try {
        Thread.sleep(2);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Override
  public void close() {
    server.close();
    model.close();
  }
}
