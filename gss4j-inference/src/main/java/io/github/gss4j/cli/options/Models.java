package io.github.gss4j.cli.options;

import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.cli.terminal.DownloadProgress;
import io.github.gss4j.hub.Hub;
import io.github.gss4j.hub.HubSettings;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.tokenizer.Tokenizers;
import java.io.PrintWriter;

/** Where commands find models. */
public final class Models {
  private Models() {}

  /** The hub, as the environment's variables have it. */
  public static Hub hub() {
    return new Hub(HubSettings.fromEnvironment(System.getenv()));
  }

  /** Opens a model on disk or on the hub. */
  public static StoredModel open(String model, PrintWriter err) {
    try (DownloadProgress progress = new DownloadProgress(err)) {
      return StoredModel.open(model, hub(), progress);
    }
  }

  /** The model's own tokenizer, or null where nothing says which that is. */
  public static Tokenizer tokenizer(StoredModel stored) {
    return Tokenizers.ofModel(
            stored.directory(), stored.config().tokenizer(), stored.config().numTokens())
        .orElse(null);
  }
}
