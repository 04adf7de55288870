package io.github.gss4j.cli.options;

import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.cli.terminal.DownloadProgress;
import io.github.gss4j.files.UserHome;
import io.github.gss4j.hub.Hub;
import io.github.gss4j.hub.HubSettings;
import io.github.gss4j.run.inputs.RunContext;
import io.github.gss4j.run.inputs.Texts;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.tokenizer.Tokenizers;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;

/** Where commands find models and texts. */
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

  /** What runs are handed: the hub, and a place for texts. */
  public static RunContext context() {
    return RunContext.of(cache(System.getenv()), Models::hub);
  }

  /** Where texts are found. */
  public static Texts texts() {
    return context().texts();
  }

  /** Where joined, encoded and fetched texts are kept: GSS_CACHE, or the user's cache directory. */
  static Path cache(Map<String, String> environment) {
    String own = environment.getOrDefault("GSS_CACHE", "");
    if (!own.isBlank()) {
      return Path.of(own);
    }
    String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    Path base = xdg.isBlank() ? UserHome.of(environment).resolve(".cache") : Path.of(xdg);
    return base.resolve("gss4j");
  }

  /** The model's own tokenizer, or null where nothing says which that is. */
  public static Tokenizer tokenizer(StoredModel stored) {
    return Tokenizers.ofModel(
            stored.directory(), stored.config().tokenizer(), stored.config().numTokens())
        .orElse(null);
  }
}
