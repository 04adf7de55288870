package io.github.gss4j.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.tokenizer.TokenizerJson;
import java.io.PrintWriter;

/** What a model that a run starts from settles: its sizes and its tokenizer. */
final class StartFrom {
  private StartFrom() {}

  /** Notes them in the settings of a new run, where these say nothing else. */
  static void settle(ObjectNode settings, PrintWriter err) {
    String model = settings.path("start_from").asText("");
    if (model.isEmpty()) {
      return;
    }
    StoredModel stored = Models.open(model, err);
    if (!settings.has("tokenizer")) {
      settings.put("tokenizer", tokenizer(stored));
    }
    stored
        .config()
        .toJson()
        .properties()
        .forEach(field -> settings.putIfAbsent(field.getKey(), field.getValue()));
  }

  private static String tokenizer(StoredModel stored) {
    try (Tokenizer tokenizer = Models.tokenizer(stored)) {
      if (tokenizer == null) {
        throw new IllegalArgumentException(
            stored.directory()
                + " says nothing of the model's tokenizer: name it with --tokenizer");
      }
      return tokenizer.name().equals(TokenizerJson.NAME)
          ? stored.directory().resolve(TokenizerJson.NAME).toString()
          : tokenizer.name();
    }
  }
}
