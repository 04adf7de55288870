package io.github.gss4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.GssModel;
import io.github.gss4j.serve.api.ChatTemplate;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The server does what its OpenAPI document says. */
@Timeout(60)
class OpenApiTest {
  private static final String CHAT = "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]";

  @TempDir private static Path directory;
  private static GssModel model;
  private static HttpUser user;
  private static JsonNode document;

  @BeforeAll
  static void start() {
    model = Serving.load(Serving.tiny(directory));
    GssServer server = GssServer.listen(Serving.options());
    server.serve(model, Optional.of(new ChatTemplate("{{ messages[0].content }}")));
    user = new HttpUser(server);
    document = user.get("/openapi.json").json();
  }

  @AfterAll
  static void stop() {
    user.server.close();
    model.close();
  }

  private static void check(String schema, JsonNode json) {
    JsonObject root =
        new JsonObject(
            "{\"$ref\":\"#/$defs/%s\",\"$defs\":%s}"
                .formatted(
                    schema,
                    document
                        .path("components")
                        .path("schemas")
                        .toString()
                        .replace("#/components/schemas/", "#/$defs/")));
    OutputUnit result =
        Validator.create(
                JsonSchema.of(root),
                new JsonSchemaOptions()
                    .setDraft(Draft.DRAFT202012)
                    .setBaseUri("https://gss.example/" + schema))
            .validate(new JsonObject(json.toString()));
    assertThat(result.getValid()).as("%s: %s: %s", schema, json, result.getErrors()).isTrue();
  }

  @Test
  void everyAnswerHasItsSchema() {
    String scored = "{\"prompt\":\"ab\",\"max_tokens\":2,\"echo\":true,\"logprobs\":2";
    check(
        "Completion",
        user.complete(scored + ",\"return_state\":true,\"return_token_ids\":true}").json());
    check(
        "Completion", user.complete("{\"prompt\":\"ab\",\"max_tokens\":2,\"logprobs\":0}").json());
    user.complete(scored + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}")
        .events()
        .forEach(event -> check("Completion", event));
    String chat = "{" + CHAT + ",\"max_tokens\":2,\"logprobs\":true,\"top_logprobs\":1";
    check("Chat", user.post("/v1/chat/completions", chat + "}").json());
    user.post("/v1/chat/completions", chat + ",\"stream\":true}")
        .events()
        .forEach(event -> check("Chat", event));
    check("Embeddings", user.post("/v1/embeddings", "{\"input\":\"x\"}").json());
    check("Models", user.get("/v1/models").json());
    check("Model", user.get("/v1/models/tiny").json());
    check("Tokens", user.post("/tokenize", "{\"prompt\":\"x\",\"return_token_strs\":true}").json());
    check("Text", user.post("/detokenize", "{\"tokens\":[65]}").json());
    check("TokenizerInfo", user.get("/tokenizer_info").json());
    check("Status", user.get("/health").json());
    check("Status", user.get("/ready").json());
    JsonNode state = user.post("/v1/states", "{\"prompt\":\"x\"}").json();
    check("State", state);
    String path = "/v1/states/" + state.path("id").asText();
    check("State", user.get(path).json());
    check("State", user.post(path + "/fork", "").json());
    check("States", user.get("/v1/states").json());
    check("Deleted", user.send(user.request(path).DELETE()).json());
    check("Error", user.get(path).json());
    check("Error", user.get("/nothing").json());
  }

  /** A field that is unknown is refused by naming all that are known. */
  private static void checkFields(String path, String body, String schema) {
    String error = user.post(path, "{" + body + ",\"zzz\":1}").error();
    TreeSet<String> known =
        new TreeSet<>(Arrays.asList(error.substring(error.indexOf("one of ") + 7).split(", ")));
    TreeSet<String> documented = new TreeSet<>();
    document
        .path("components")
        .path("schemas")
        .path(schema)
        .path("properties")
        .fieldNames()
        .forEachRemaining(documented::add);
    assertThat(known).as(schema).isEqualTo(documented);
  }

  @Test
  void everyFieldThatIsReadIsDocumentedAndNoOther() {
    checkFields("/v1/completions", "\"prompt\":\"x\"", "CompletionRequest");
    checkFields("/v1/chat/completions", CHAT, "ChatRequest");
    checkFields("/v1/embeddings", "\"input\":\"x\"", "EmbeddingRequest");
    checkFields("/v1/states", "\"prompt\":\"x\"", "StateRequest");
    checkFields("/tokenize", "\"prompt\":\"x\"", "TokenizeRequest");
    checkFields("/detokenize", "\"tokens\":[1]", "DetokenizeRequest");
  }
}
