package io.github.gss4j.serve.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.GssModel;
import io.github.gss4j.serve.api.ApiException;
import io.github.gss4j.serve.api.Fields;
import io.github.gss4j.serve.api.Json;
import io.github.gss4j.serve.api.Prompts;
import io.github.gss4j.tokenizer.Tokenizer;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** What is known without the decode thread: models, and text to ids and back. */
final class Lookups {
  private static final String MODELS = "/v1/models/";

  private Lookups() {}

  static void models(RoutingContext context, Service service) {
    ObjectNode json = Json.object().put("object", "list");
    json.putArray("data").add(service.models().toJson());
    Responses.json(context, 200, json);
  }

  static void model(RoutingContext context, Service service) {
    String path = context.normalizedPath();
    service.models().check(path.substring(Math.min(MODELS.length(), path.length())));
    Responses.json(context, 200, service.models().toJson());
  }

  static void tokenize(RoutingContext context, Service service) {
    Responses.blocking(
        context,
        () -> tokenize(Responses.body(context), service),
        json -> Responses.json(context, 200, json));
  }

  private static ObjectNode tokenize(ObjectNode body, Service service) {
    Fields fields = new Fields(body);
    service.models().check(fields);
    fields.flag("add_special_tokens"); // there are none to add
    String text = fields.requiredText("prompt");
    boolean names = fields.flag("return_token_strs");
    fields.refuseUnknown();
    ObjectNode json = Json.object();
    ArrayNode ids = json.putArray("tokens");
    for (int id : ids(text, service)) {
      ids.add(id);
    }
    json.put("count", ids.size());
    service.model().config().maxSeqLen().ifPresent(most -> json.put("max_model_len", most));
    if (names) {
      ArrayNode strings = json.putArray("token_strs");
      ids.forEach(id -> strings.add(service.names().of(id.intValue())));
    }
    return json;
  }

  /** An empty text has none; the text that the end token stands for is that token. */
  private static int[] ids(String text, Service service) {
    GssModel model = service.model();
    if (text.isEmpty()) {
      return new int[0];
    }
    if (model.endToken().isPresent()
        && text.equals(service.names().of(model.endToken().getAsInt()))) {
      return new int[] {model.endToken().getAsInt()};
    }
    return new Prompts(model, service.limits(), "prompt").encode(text);
  }

  static void detokenize(RoutingContext context, Service service) {
    Responses.blocking(
        context,
        () -> detokenize(Responses.body(context), service),
        json -> Responses.json(context, 200, json));
  }

  private static ObjectNode detokenize(ObjectNode body, Service service) {
    Fields fields = new Fields(body);
    service.models().check(fields);
    JsonNode tokens = fields.required("tokens");
    fields.refuseUnknown();
    Tokenizer tokenizer =
        service
            .model()
            .tokenizer()
            .orElseThrow(() -> ApiException.bad("tokens", "the model has no tokenizer"));
    if (!tokens.isArray()) {
      throw ApiException.bad("tokens", "'tokens' is no list of ids");
    }
    List<int[]> ids =
        tokens.isEmpty()
            ? List.of(new int[0])
            : new Prompts(service.model(), service.limits(), "tokens").of(tokens);
    if (ids.size() != 1 || (!tokens.isEmpty() && !tokens.get(0).isNumber())) {
      throw ApiException.bad("tokens", "'tokens' is not one list of ids");
    }
    return Json.object().put("prompt", tokenizer.decode(ids.get(0)));
  }

  /** What lm-evaluation-harness wants to know. */
  static void tokenizerInfo(RoutingContext context, Service service) {
    GssModel model = service.model();
    ObjectNode json =
        Json.object()
            .put("tokenizer_class", model.tokenizer().map(Tokenizer::name).orElse(null))
            .put("vocab_size", model.config().numTokens());
    if (model.endToken().isPresent()) {
      String end = service.names().of(model.endToken().getAsInt());
      json.put("eos_token", end).put("bos_token", end).put("pad_token", end);
      json.put("eos_token_id", model.endToken().getAsInt());
    } else {
      json.putNull("eos_token").putNull("bos_token").putNull("pad_token");
    }
    model.config().maxSeqLen().ifPresent(most -> json.put("model_max_length", most));
    Responses.json(context, 200, json);
  }
}
