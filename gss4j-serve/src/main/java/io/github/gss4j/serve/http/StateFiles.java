package io.github.gss4j.serve.http;

import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.generation.Session;
import io.github.gss4j.serve.api.ApiException;
import io.vertx.core.file.OpenOptions;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** States as files, down and up. */
final class StateFiles {
  private static final Logger LOG = LoggerFactory.getLogger(StateFiles.class);
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  private StateFiles() {}

  static void download(RoutingContext context, Service service) {
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

  static void upload(RoutingContext context, Service service, Optional<String> id) {
    if (id.isPresent() && !ID.matcher(id.get()).matches()) {
      throw ApiException.bad(
          "id", "the id is '" + id.get() + "', expected 1 to 64 of A-Z a-z 0-9 _ -");
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

  private static void receive(
      RoutingContext context, Service service, Path file, Optional<String> id) {
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
                        States.keep(
                            context, service, CompletableFuture.completedFuture(session), id)));
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
