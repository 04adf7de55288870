package io.github.gss4j.serve;

import io.github.gss4j.GssModel;
import io.github.gss4j.serve.api.ApiException;
import io.github.gss4j.serve.api.ChatTemplate;
import io.github.gss4j.serve.api.Models;
import io.github.gss4j.serve.api.TokenNames;
import io.github.gss4j.serve.decode.DecodeLoop;
import io.github.gss4j.serve.http.Api;
import io.github.gss4j.serve.http.Service;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/**
 * Serves one model over HTTP, as OpenAI's completions API.
 *
 * <pre>{@code
 * try (GssModel gss = GssModel.load("runs/mine");
 *     GssServer server = GssServer.start(gss, ServerOptions.defaults().withPort(0))) {
 *   System.out.println(server.url());
 * }
 * }</pre>
 */
public final class GssServer implements AutoCloseable {
  /** How long responses may take to reach their clients once nothing more is written. */
  private static final Duration LAST_WRITES = Duration.ofSeconds(2);

  private static final int EVENT_LOOPS = 2;

  private final ServerOptions options;
  private final Vertx vertx;
  private final Api api;
  private final HttpServer http;
  private DecodeLoop loop;
  private boolean closed;

  private GssServer(ServerOptions options) {
    this.options = options;
    this.vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(EVENT_LOOPS));
    this.api = new Api(vertx, options.host(), options.access(), options.limits(), options.timing());
    this.http =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setHttp2ClearTextEnabled(false)
                    .setCompressionSupported(false)
                    .setIdleTimeout(
                        (int) Math.min(1 << 20, options.timing().request().toSeconds() + 60)))
            .requestHandler(api.router());
  }

  /**
   * Answers from now on, that the model is being loaded: {@link #serve} follows.
   *
   * @throws UncheckedIOException if the address cannot be bound
   */
  public static GssServer listen(ServerOptions options) {
    GssServer server = new GssServer(options);
    try {
      wait(server.http.listen(options.port(), options.host()));
    } catch (CompletionException e) {
      wait(server.vertx.close());
      throw new UncheckedIOException(
          "%s:%d cannot be bound: %s"
              .formatted(options.host(), options.port(), e.getCause().getMessage()),
          new IOException(e.getCause()));
    }
    return server;
  }

  /** Serves a model, which stays the caller's: close the server first. */
  public static GssServer start(GssModel model, ServerOptions options) {
    GssServer server = listen(options);
    try {
      server.serve(model);
      return server;
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /** Serves a model from now on, which stays the caller's: close the server first. */
  public void serve(GssModel model) {
    serve(model, Optional.empty());
  }

  /**
   * Serves a model from now on, which stays the caller's: close the server first.
   *
   * @param chat how the messages of chats become one text; empty by default
   */
  public void serve(GssModel model, Optional<ChatTemplate> chat) {
    loop = new DecodeLoop(model, options.capacity(), api.metrics());
    api.serve(
        new Service(
            model,
            loop,
            new Models(options.modelName(), Instant.now().getEpochSecond()),
            new TokenNames(model.tokenizer()),
            chat,
            options.limits(),
            options.timing(),
            api.metrics()));
  }

  private static <T> T wait(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }

  /** The port it is bound to. */
  public int port() {
    return http.actualPort();
  }

  /** Where it is reached from this machine. */
  public String url() {
    String host = options.host().contains(":") ? "[" + options.host() + "]" : options.host();
    return "http://" + host + ":" + port();
  }

  /**
   * Takes no more requests and waits for the open ones; those that have not ended in time end with
   * an error.
   *
   * @throws InterruptedException if the caller is interrupted while it waits
   */
  public void drain() throws InterruptedException {
    api.drain();
    if (!waitForRequests(options.timing().drain()) && loop != null) {
      loop.endAllJobs(ApiException.of(503, null, "shutdown", "the server has ended"));
      waitForRequests(LAST_WRITES);
    }
  }

  private boolean waitForRequests(Duration most) throws InterruptedException {
    long end = System.nanoTime() + most.toNanos();
    while (api.openRequests() > 0 && System.nanoTime() < end) {
      Thread.sleep(10);
    }
    return api.openRequests() == 0;
  }

  /** Ends at once what is open, and frees all but the model. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (loop != null) {
      loop.close();
    }
    wait(http.close());
    wait(vertx.close());
  }
}
