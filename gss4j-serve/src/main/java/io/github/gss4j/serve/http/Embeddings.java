package io.github.gss4j.serve.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.serve.api.ApiException;
import io.github.gss4j.serve.api.Fields;
import io.github.gss4j.serve.api.Json;
import io.github.gss4j.serve.api.Prompts;
import io.github.gss4j.serve.decode.VectorJob;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;

/**
 * {@code POST /v1/embeddings}: texts as vectors, the pooled final hidden vectors of their tokens.
 */
final class Embeddings {
  private record Request(List<int[]> inputs, boolean base64, VectorJob.Pooling pooling) {}

  private Embeddings() {}

  static void answer(RoutingContext context, Service service) {
    Responses.blocking(
        context, () -> read(context, service), request -> compute(context, service, request));
  }

  private static Request read(RoutingContext context, Service service) {
    Fields fields = new Fields(Responses.body(context));
    service.models().check(fields);
    fields.ignore("user");
    int dim = service.model().config().dim();
    if (!fields.integer("dimensions", 1, Integer.MAX_VALUE).map(d -> d == dim).orElse(true)) {
      throw ApiException.bad(
          "dimensions", "'dimensions' is not " + dim + ", which all vectors of this model have");
    }
    boolean base64 = choice(fields, "encoding_format", "float", "base64");
    boolean last = choice(fields, "pooling", "mean", "last");
    JsonNode input = fields.required("input");
    fields.refuseUnknown();
    return new Request(
        new Prompts(service.model(), service.limits(), "input").of(input),
        base64,
        last ? VectorJob.Pooling.LAST : VectorJob.Pooling.MEAN);
  }

  /** Whether a field is the second of two words; the first is the default. */
  private static boolean choice(Fields fields, String name, String first, String second) {
    String found = fields.text(name).orElse(first);
    if (!found.equals(first) && !found.equals(second)) {
      throw ApiException.bad(
          name, "'%s' is '%s', expected '%s' or '%s'".formatted(name, found, first, second));
    }
    return found.equals(second);
  }

  private static void compute(RoutingContext context, Service service, Request request) {
    if (context.response().closed()) {
      return;
    }
    List<VectorJob> jobs =
        request.inputs().stream().map(ids -> new VectorJob(ids, request.pooling())).toList();
    service.loop().submit(jobs);
    context.addEndHandler(end -> service.loop().cancel(jobs));
    List<Future<float[]>> vectors =
        jobs.stream()
            .map(
                job ->
                    Future.fromCompletionStage(job.vector(), context.vertx().getOrCreateContext()))
            .toList();
    Future.all(vectors)
        .onSuccess(all -> Responses.json(context, 200, json(service, request, all.list())))
        .onFailure(
            error -> {
              service.loop().cancel(jobs);
              context.fail(error);
            });
  }

  private static ObjectNode json(Service service, Request request, List<float[]> vectors) {
    ObjectNode json = Json.object().put("object", "list").put("model", service.models().name());
    ArrayNode data = json.putArray("data");
    for (float[] vector : vectors) {
      ObjectNode one = data.addObject().put("object", "embedding").put("index", data.size() - 1);
      if (request.base64()) {
        one.put("embedding", base64(vector));
      } else {
        ArrayNode values = one.putArray("embedding");
        for (float value : vector) {
          values.add(value);
        }
      }
    }
    int tokens = request.inputs().stream().mapToInt(ids -> ids.length).sum();
    json.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
    return json;
  }

  private static String base64(float[] vector) {
    ByteBuffer bytes =
        ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(vector);
    return Base64.getEncoder().encodeToString(bytes.array());
  }
}
