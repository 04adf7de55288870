package io.github.gss4j.cli;

import io.github.gss4j.checkpoint.ModelFiles;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.hub.Hub;
import io.github.gss4j.hub.HubSettings;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.tokenizer.Tokenizers;
import io.github.gss4j.trainer.RunTeacher;
import io.github.gss4j.trainer.TrainConfig;
import java.io.PrintWriter;

/** Where commands find models. */
final class Models {
  private Models() {}

  /** The hub, as the environment's variables have it. */
  static Hub hub() {
    return new Hub(HubSettings.fromEnvironment(System.getenv()));
  }

  /** Looks at a model on disk or on the hub. */
  static StoredModel open(String model, PrintWriter err) {
    try (DownloadProgress progress = new DownloadProgress(err)) {
      return StoredModel.open(model, hub(), progress);
    }
  }

  /** The objective of a run, its teacher loaded. */
  static RunTeacher teacher(TrainConfig config, Tokenizer tokenizer, PrintWriter err) {
    String model = config.objective().teacher();
    if (model.isEmpty()) {
      return RunTeacher.none(config);
    }
    try (DownloadProgress progress = new DownloadProgress(err)) {
      return RunTeacher.open(config, ModelFiles.locate(model, hub(), progress), tokenizer);
    }
  }

  /** The model's own tokenizer, or null where nothing says which that is. */
  static Tokenizer tokenizer(StoredModel stored) {
    return Tokenizers.ofModel(
            stored.directory(), stored.config().tokenizer(), stored.config().numTokens())
        .orElse(null);
  }
}
