package io.github.gss4j.serve.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.serve.api.Json;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Answers, and work off the event loop. */
final class Responses {
  private Responses() {}

  /** Answers; fails where the client is known to have left. */
  static Future<Void> json(RoutingContext context, int status, JsonNode body) {
    return text(context, status, "application/json", Json.text(body));
  }

  /** Answers; fails where the client is known to have left. */
  static Future<Void> text(RoutingContext context, int status, String type, String body) {
    if (context.response().ended() || context.response().closed()) {
      return Future.failedFuture("nobody hears the answer");
    }
    return context.response().setStatusCode(status).putHeader("Content-Type", type).end(body);
  }

  /** The body of a request, which was read whole. */
  static ObjectNode body(RoutingContext context) {
    var body = context.body().buffer();
    return Json.parse(body == null ? new byte[0] : body.getBytes());
  }

  /** Does some work on another thread, and continues with its result on the request's own. */
  static <T> void blocking(RoutingContext context, Callable<T> work, Consumer<T> then) {
    go(context, context.vertx().executeBlocking(work, false), then);
  }

  /** Waits for a result, and continues with it on the request's own thread. */
  static <T> void await(RoutingContext context, CompletionStage<T> result, Consumer<T> then) {
    go(context, Future.fromCompletionStage(result, context.vertx().getOrCreateContext()), then);
  }

  private static <T> void go(RoutingContext context, Future<T> result, Consumer<T> then) {
    result.onComplete(
        done -> {
          if (done.failed()) {
            context.fail(done.cause());
            return;
          }
          try {
            then.accept(done.result());
          } catch (RuntimeException e) {
            context.fail(e);
          }
        });
  }
}
