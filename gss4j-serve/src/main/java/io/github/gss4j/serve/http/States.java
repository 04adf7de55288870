package io.github.gss4j.serve.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.generation.Session;
import io.github.gss4j.serve.api.ApiException;
import io.github.gss4j.serve.api.Json;
import io.github.gss4j.serve.api.StateRequest;
import io.github.gss4j.serve.decode.KeptState;
import io.github.gss4j.serve.decode.StateJob;
import io.vertx.core.file.OpenOptions;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** States as objects: made, listed, forked, deleted, and as files, up and down. */
final class States {
  private static final Logger LOG = LoggerFactory.getLogger(States.class);
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  void make(RoutingContext context, Service service) {
    Responses.blocking(
        context,
        () ->
            StateRequest.read(
                Responses.body(context), service.model(), service.models(), service.limits()),
        request -> read(context, service, request));
  }

  private static void read(RoutingContext context, Service service, StateRequest request) {
    if (context.response().closed()) {
      return;
    }
    StateJob job = new StateJob(request.prompt(), request.state());
    service.loop().submit(List.of(job));
    context.addEndHandler(end -> service.loop().cancel(List.of(job)));
    Responses.await(
        context,
        job.read().thenCompose(read -> read.state().stored().thenApply(stored -> read)),
        read -> {
          if (context.response().closed()) { // nobody hears its id
            forget(service, read.state().id());
            return;
          }
          ObjectNode json = json(service, read.state());
          ObjectNode usage =
              json.putObject("usage")
                  .put("prompt_tokens", request.prompt().length)
                  .put("total_tokens", request.prompt().length);
          usage.putObject("prompt_tokens_details").put("cached_tokens", read.cachedTokens());
          Responses.json(context, 200, json);
        });
  }

  private static ObjectNode json(Service service, KeptState state) {
    return Json.object()
        .put("id", state.id())
        .put("object", "state")
        .put("created", state.created().getEpochSecond())
        .put("model", service.models().name())
        .put("tokens", state.tokens())
        .put("bytes", state.bytes());
  }

  void list(RoutingContext context, Service service) {
    Responses.await(
        context,
        service.loop().call(() -> service.loop().states().all()),
        states -> {
          ObjectNode json = Json.object().put("object", "list");
          ArrayNode data = json.putArray("data");
          states.forEach(state -> data.add(json(service, state)));
          Responses.json(context, 200, json);
        });
  }

  void show(RoutingContext context, Service service) {
    String id = context.pathParam("id");
    Responses.await(
        context,
        service.loop().call(() -> service.loop().states().get(id)),
        state -> Responses.json(context, 200, json(service, state)));
  }

  void delete(RoutingContext context, Service service) {
    String id = context.pathParam("id");
    Responses.await(
        context,
        forget(service, id),
        gone ->
            Responses.json(
                context,
                200,
                Json.object().put("id", id).put("object", "state").put("deleted", true)));
  }

  private static CompletionStage<String> forget(Service service, String id) {
    return service
        .loop()
        .call(
            () -> {
              service.loop().states().delete(id);
              return id;
            });
  }

  void fork(RoutingContext context, Service service) {
    keep(context, service, service.loop().fork(context.pathParam("id")), Api.newId("state-"));
  }

  private static void keep(
      RoutingContext context, Service service, CompletionStage<Session> session, String id) {
    Responses.await(
        context,
        session.thenCompose(
            read ->
                service
                    .loop()
                    .call(() -> keep(service, read, id))
                    .thenCompose(state -> state.stored().thenApply(stored -> state))),
        state -> Responses.json(context, 200, json(service, state)));
  }

  private static KeptState keep(Service service, Session session, String id) {
    try {
      return service.loop().states().keep(session, id);
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  void download(RoutingContext context, Service service) {
    String id = context.pathParam("id");
    Responses.await(
        context,
        service.loop().fork(id),
        session ->
            Responses.blocking(context, () -> written(session), file -> send(context, file, id)));
  }

  private static Path written(Session session) throws IOException {
    try (session) {
      Path directory = Files.createTempDirectory("gss-state");
      Path file = directory.resolve("state.safetensors");
      session.save(file);
      return file;
    }
  }

  private static void send(RoutingContext context, Path file, String id) {
    context.addEndHandler(end -> context.vertx().executeBlocking(() -> delete(file), false));
    if (!context.response().closed()) {
      context
          .response()
          .putHeader("Content-Type", "application/octet-stream")
          .putHeader("Content-Disposition", "attachment; filename=\"" + id + ".safetensors\"")
          .sendFile(file.toString())
          .onFailure(error -> LOG.debug("a state was not sent", error));
    }
  }

  private static Void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
    Files.deleteIfExists(file.getParent());
    return null;
  }

  void upload(RoutingContext context, Service service, String id) {
    if (!ID.matcher(id).matches()) {
      throw ApiException.bad("id", "the id is '" + id + "', expected 1 to 64 of A-Z a-z 0-9 _ -");
    }
    long most = service.loop().mostStateBytes();
    String length = context.request().getHeader("Content-Length");
    if (length == null || !length.matches("\\d{1,18}")) {
      throw ApiException.of(
          411, null, "length_required", "a state is uploaded with a Content-Length");
    }
    if (Long.parseLong(length) > most) {
      throw ApiException.of(
          413,
          null,
          "state_quota",
          "the state has %s bytes, expected at most --state-bytes = %d".formatted(length, most));
    }
    context.request().pause();
    Responses.blocking(
        context,
        () -> Files.createTempDirectory("gss-state").resolve("state.safetensors"),
        file -> receive(context, service, file, id));
  }

  private static void receive(RoutingContext context, Service service, Path file, String id) {
    context.addEndHandler(end -> context.vertx().executeBlocking(() -> delete(file), false));
    context
        .vertx()
        .fileSystem()
        .open(file.toString(), new OpenOptions().setCreateNew(true).setWrite(true))
        .compose(opened -> context.request().pipeTo(opened))
        .onFailure(context::fail)
        .onSuccess(
            received ->
                Responses.blocking(
                    context,
                    () -> load(service, file),
                    session ->
                        keep(context, service, CompletableFuture.completedFuture(session), id)));
  }

  private static Session load(Service service, Path file) {
    try {
      return service.model().session(file);
    } catch (CheckpointException e) {
      throw ApiException.of(
          422, null, "bad_state", e.getMessage().replace(file.toString(), "the state"));
    }
  }
}
