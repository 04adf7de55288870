package io.github.gss4j.serve.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.generation.Session;
import io.github.gss4j.serve.api.Json;
import io.github.gss4j.serve.api.StateRequest;
import io.github.gss4j.serve.decode.Ids;
import io.github.gss4j.serve.decode.KeptState;
import io.github.gss4j.serve.decode.StateJob;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** States as objects: made, listed, forked, deleted. */
final class States {
  private States() {}

  static void make(RoutingContext context, Service service) {
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
          ObjectNode json = json(service, read.state());
          ObjectNode usage =
              json.putObject("usage")
                  .put("prompt_tokens", request.prompt().length)
                  .put("total_tokens", request.prompt().length);
          usage.putObject("prompt_tokens_details").put("cached_tokens", read.cachedTokens());
          Responses.json(context, 200, json).onFailure(left -> forget(service, read.state().id()));
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

  static void list(RoutingContext context, Service service) {
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

  static void show(RoutingContext context, Service service) {
    String id = context.pathParam("id");
    Responses.await(
        context,
        service.loop().call(() -> service.loop().states().get(id)),
        state -> Responses.json(context, 200, json(service, state)));
  }

  static void delete(RoutingContext context, Service service) {
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

  static CompletionStage<String> forget(Service service, String id) {
    return service
        .loop()
        .call(
            () -> {
              service.loop().states().delete(id);
              return id;
            });
  }

  static void fork(RoutingContext context, Service service) {
    keep(context, service, service.loop().fork(context.pathParam("id")), Optional.empty());
  }

  /**
   * Keeps a session's state under an id, and answers with it.
   *
   * @param given the id; empty makes a new one, and forgets the state if nobody hears of it
   */
  static void keep(
      RoutingContext context,
      Service service,
      CompletionStage<Session> session,
      Optional<String> given) {
    String id = given.orElseGet(() -> Ids.next("state-"));
    Responses.await(
        context,
        session.thenCompose(
            read ->
                service
                    .loop()
                    .call(() -> keep(service, read, id))
                    .thenCompose(state -> state.stored().thenApply(stored -> state))),
        state ->
            Responses.json(context, 200, json(service, state))
                .onFailure(
                    left -> {
                      if (given.isEmpty()) {
                        forget(service, id);
                      }
                    }));
  }

  private static KeptState keep(Service service, Session session, String id) {
    try {
      return service.loop().states().keep(session, id);
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }
}
