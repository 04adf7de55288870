package io.github.gss4j.trainer;

import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.fuzz.FuzzKind;
import io.github.gss4j.run.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Runs that are continued: their configs, metrics, checkpoints, and places in a stream. */
public final class RunKind implements FuzzKind {
  @Override
  public String name() {
    return "runs";
  }

  @Override
  public List<Path> prepare(Path home) throws IOException {
    StringBuilder words = new StringBuilder();
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      words.append("word ").append(i * 7919 % 1000).append('\n');
      lines.append("{\"text\":\"document ").append(i * 7919 % 1000).append("\"}\n");
    }
    Files.writeString(home.resolve("text.txt"), words);
    Files.writeString(home.resolve("documents.jsonl"), lines);
    return List.of(
        run(home.resolve("of-text"), "\"data\":\"" + home + "/text.txt\""),
        run(
            home.resolve("of-stream"),
            "\"stream\":true,\"shuffle_buffer\":8,\"data\":\"" + home + "/documents.jsonl\""));
  }

  private static Path run(Path directory, String settings) throws IOException {
    TrainConfig config =
        TinyRun.config(
            TinyRun.config("float32"),
            "{\"tokenizer\":\"bytes\",\"num_tokens\":256,\"steps\":2,\"ema\":0.9,"
                + settings
                + "}");
    try (TrainingRun run = TrainingRun.start(config, directory)) {
      run.run(() -> false);
    }
    return directory;
  }

  @Override
  public void read(Path target) throws IOException {
    TrainingRun.resume(target).close();
  }

  /** A model with its gradients, moments and average. */
  @Override
  public long besidesBytes() {
    return 16L << 20;
  }
}
