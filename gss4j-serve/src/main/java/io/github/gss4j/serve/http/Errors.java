package io.github.gss4j.serve.http;

import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.serve.api.ApiException;
import io.github.gss4j.serve.api.Json;
import io.github.gss4j.serve.decode.QueueFullException;
import io.github.gss4j.serve.decode.QuotaException;
import io.github.gss4j.serve.decode.UnknownStateException;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Failures as responses, in OpenAI's form. */
final class Errors {
  private static final Logger LOG = LoggerFactory.getLogger(Errors.class);

  private Errors() {}

  /** Answers a request that has failed. */
  static void answer(RoutingContext context) {
    if (context.response().ended() || context.response().closed()) {
      return; // nobody hears it
    }
    ApiException error = of(context);
    if (context.response().headWritten()) {
      context.request().connection().close(); // its end could not be told from a whole response
      return;
    }
    if (error.status() == 401) {
      context.response().putHeader("WWW-Authenticate", "Bearer");
    }
    if (error.status() == 429 || error.status() == 503) {
      context.response().putHeader("Retry-After", "1");
    }
    if (!context.request().isEnded()) {
      context.response().putHeader("Connection", "close");
    }
    Responses.json(context, error.status(), error.toJson());
  }

  /** Refuses a method that a path is not for. */
  static void checkMethod(RoutingContext context, Set<String> allowed) {
    String method = context.request().method().name();
    if (allowed.contains(method)) {
      context.next();
      return;
    }
    String expected = String.join(", ", allowed);
    context.response().putHeader("Allow", expected);
    throw ApiException.of(
        405,
        null,
        "method_not_allowed",
        "the method is %s, expected %s for %s"
            .formatted(method, expected, context.normalizedPath()));
  }

  private static ApiException of(RoutingContext context) {
    if (context.failure() != null) {
      return of(context.failure());
    }
    int status = context.statusCode();
    String path = context.normalizedPath();
    return switch (status) {
      case 404 -> ApiException.of(404, null, "not_found", "there is nothing at " + path);
      case 413 ->
          ApiException.of(
              413, null, "body_too_large", "the body is larger than --max-body-bytes allows");
      default -> ApiException.of(status, null, "error", "the request failed");
    };
  }

  /** The error that a client gets. */
  static ApiException of(Throwable failure) {
    if (failure instanceof ApiException error) {
      return error;
    } else if (failure instanceof CompletionException wrapped && wrapped.getCause() != null) {
      return of(wrapped.getCause());
    } else if (failure instanceof QueueFullException) {
      return ApiException.of(429, null, "busy", failure.getMessage());
    } else if (failure instanceof UnknownStateException) {
      return ApiException.of(404, "state", "state_not_found", failure.getMessage());
    } else if (failure instanceof QuotaException) {
      return ApiException.of(413, null, "state_quota", failure.getMessage());
    } else if (failure instanceof IllegalArgumentException) {
      return ApiException.bad(null, failure.getMessage());
    } else if (failure instanceof CheckpointException) {
      return ApiException.of(422, null, "bad_state", failure.getMessage());
    }
    LOG.error("a request failed", failure);
    return ApiException.of(500, null, "internal_error", "the server failed: " + failure);
  }

  /** An error in the middle of a stream. */
  static String event(Throwable failure) {
    return Json.text(of(failure).toJson());
  }
}
