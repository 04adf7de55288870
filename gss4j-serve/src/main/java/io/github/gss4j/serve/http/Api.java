package io.github.gss4j.serve.http;

import io.github.gss4j.serve.api.ApiException;
import io.github.gss4j.serve.api.ChatRequest;
import io.github.gss4j.serve.api.ChatShape;
import io.github.gss4j.serve.api.CompletionRequest;
import io.github.gss4j.serve.api.Json;
import io.github.gss4j.serve.api.Limits;
import io.github.gss4j.serve.api.TextShape;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Which path leads where. */
public final class Api {
  private final Timing timing;
  private final ServerMetrics metrics = new ServerMetrics();
  private final Router router;
  private final BodyHandler bodies;
  private volatile Service service;
  private volatile boolean draining;

  /**
   * The API, before a model is loaded.
   *
   * @param host the address it is bound to
   */
  public Api(Vertx vertx, String host, Access access, Limits limits, Timing timing) {
    this.timing = timing;
    this.router = Router.router(vertx);
    this.bodies = BodyHandler.create(false).setBodyLimit(limits.bodyBytes());
    router.errorHandler(404, Errors::answer);
    new Guards(access, host, metrics).addTo(router);
    addRoutes();
    router.route().failureHandler(Errors::answer);
  }

  /** Where requests go. */
  public Router router() {
    return router;
  }

  /** Serves a model from now on. */
  public void serve(Service loaded) {
    metrics.watch(loaded.loop());
    service = loaded;
  }

  /** Takes no more work from now on. */
  public void drain() {
    draining = true;
  }

  /** How many requests have not ended. */
  public int openRequests() {
    return metrics.open();
  }

  /** What is counted. */
  public ServerMetrics metrics() {
    return metrics;
  }

  private interface Answer {
    void give(RoutingContext context, Service service);
  }

  private void addRoutes() {
    Page.addTo(router);
    router.get("/health").handler(this::health);
    router.get("/ready").handler(this::ready);
    router
        .get("/metrics")
        .handler(
            context -> Responses.text(context, 200, "text/plain; version=0.0.4", metrics.text()));
    String document = document();
    router
        .get("/openapi.json")
        .handler(context -> Responses.text(context, 200, "application/json", document));
    get("/v1/models", Lookups::models);
    get("/v1/models/*", Lookups::model);
    post("/v1/completions", Api::complete);
    post("/v1/chat/completions", Api::chat);
    post("/v1/embeddings", Embeddings::answer);
    post("/v1/states", States::make);
    get("/v1/states", States::list);
    router
        .put("/v1/states")
        .handler(context -> StateFiles.upload(context, ready(), Optional.empty()));
    get("/v1/states/:id", States::show);
    router.delete("/v1/states/:id").handler(context -> States.delete(context, ready()));
    router.post("/v1/states/:id/fork").handler(context -> States.fork(context, ready()));
    get("/v1/states/:id/file", StateFiles::download);
    router
        .put("/v1/states/:id/file")
        .handler(
            context -> StateFiles.upload(context, ready(), Optional.of(context.pathParam("id"))));
    post("/tokenize", Lookups::tokenize);
    post("/detokenize", Lookups::detokenize);
    get("/tokenizer_info", Lookups::tokenizerInfo);
    refuseOtherMethods();
  }

  /** Also answers the errors of each path, so that they are counted there. */
  private void refuseOtherMethods() {
    Map<String, Set<String>> methods = new TreeMap<>();
    for (Route route : router.getRoutes()) {
      if (route.getPath() != null && route.methods() != null) {
        String path = route.getPath().replaceFirst("(?<=.)/$", "/*");
        for (HttpMethod method : route.methods()) {
          methods.computeIfAbsent(path, p -> new TreeSet<>()).add(method.name());
        }
      }
    }
    methods.forEach(
        (path, allowed) ->
            router
                .route(path)
                .handler(context -> Errors.checkMethod(context, allowed))
                .failureHandler(Errors::answer));
  }

  /** The API as OpenAPI has it. */
  private static String document() {
    try (InputStream document = Api.class.getResourceAsStream("openapi.json")) {
      return new String(document.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void get(String path, Answer answer) {
    router.get(path).handler(context -> answer.give(context, ready()));
  }

  private void post(String path, Answer answer) {
    router.post(path).handler(this::limitTime);
    router.post(path).handler(bodies);
    router.post(path).handler(context -> answer.give(context, ready()));
  }

  /** A body that does not come is waited for no longer than this. */
  private void limitTime(RoutingContext context) {
    ready(); // says so before a large body is sent
    long timer =
        context
            .vertx()
            .setTimer(
                timing.body().toMillis(),
                late -> {
                  if (!context.request().isEnded()) {
                    context.fail(
                        ApiException.of(
                            408, null, "timeout", "the request's body did not come in time"));
                  }
                });
    context.addEndHandler(end -> context.vertx().cancelTimer(timer));
    context.next();
  }

  private Service ready() {
    Service loaded = service;
    if (draining || loaded == null) {
      throw ApiException.of(
          503,
          null,
          draining ? "draining" : "loading",
          draining ? "the server is about to end" : "the model is being loaded");
    }
    return loaded;
  }

  private void health(RoutingContext context) {
    Service loaded = service;
    boolean alive = loaded == null || loaded.loop().isAlive();
    Responses.json(
        context,
        alive ? 200 : 503,
        Json.object().put("status", alive ? "ok" : "the decode thread has ended"));
  }

  private void ready(RoutingContext context) {
    ready();
    Responses.json(context, 200, Json.object().put("status", "ready"));
  }

  private static void complete(RoutingContext context, Service service) {
    Responses.blocking(
        context,
        () ->
            CompletionRequest.read(
                Responses.body(context), service.model(), service.models(), service.limits()),
        request ->
            new CompletionCall(
                    context,
                    service,
                    request,
                    new TextShape(service.models(), service.names(), request))
                .start());
  }

  private static void chat(RoutingContext context, Service service) {
    Responses.blocking(
        context,
        () ->
            ChatRequest.read(
                Responses.body(context),
                service.model(),
                service.models(),
                service.limits(),
                service.chat(),
                service.names()),
        request ->
            new CompletionCall(
                    context,
                    service,
                    request,
                    new ChatShape(service.models(), service.names(), request))
                .start());
  }
}
