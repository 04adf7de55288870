package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.config.GssConfig;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.weights.TensorFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code gss train --start-from MODEL --freeze NAMES}, and learning all of it later. */
class FineTuneTest {
  @TempDir Path directory;

  private Path text;
  private Path model;

  @BeforeEach
  void aModelThatKnowsSomething() throws IOException {
    text = Tiny.text(directory);
    model = Tiny.model(directory.resolve("model"), new GssConfig(8, 8, true));
  }

  private Command.Result train(Object... more) {
    Object[] args = {"train", "--data", text, "--seq-len", 64, "--batch", 2, "--dtype", "float32"};
    Object[] all = Arrays.copyOf(args, args.length + more.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    return Command.here(all);
  }

  private static double[] weight(Path directory, String name) {
    try (PointerScope scope = new PointerScope()) {
      Path file = directory.resolve("model.safetensors");
      return Tensors.toDoubles(TensorFiles.read(file, name));
    }
  }

  @Test
  void frozenEmbeddingsStayAndAreLearnedAfterAResume() {
    Path run = directory.resolve("run");
    Command.Result first =
        train("--start-from", model, "--freeze", "token_emb,to_logits", "--steps", 5, "--out", run);
    long embeddings = 2 * 256 * 32 + 2 * 32;
    assertThat(first.ok().err())
        .contains(String.format("%,d frozen)", embeddings))
        .contains("trained");
    double[] before = weight(model, "token_emb.weight");
    assertThat(weight(run.resolve("best"), "token_emb.weight")).isEqualTo(before);
    assertThat(weight(run.resolve("best"), "layers.0.to_u.0.weight"))
        .isNotEqualTo(weight(model, "layers.0.to_u.0.weight"));
    Command.Result second = Command.here("train", "--resume", run, "--freeze", "", "--steps", 8);
    assertThat(second.ok().err()).doesNotContain("frozen)");
    Command.here("train", "--resume", run, "--start-from", run)
        .refused("start_from is ", "expected ", "begin a new run");
    assertThat(weight(run.resolve("last"), "token_emb.weight")).isNotEqualTo(before);
  }

  @Test
  void embeddingsComeFromAnotherModel() throws IOException {
    Path gpt2 = directory.resolve("gpt2.safetensors");
    double[] rows = new double[256 * 32];
    Arrays.setAll(rows, i -> i % 7 / 8.0);
    try (PointerScope scope = new PointerScope()) {
      TensorFiles.write(gpt2, Map.of("wte.weight", Tensors.of(rows, 256, 32)), Map.of());
    }
    Path run = directory.resolve("run");
    Object[] flags = {
      "--embeddings-from", gpt2, "--dim", 32, "--depth", 1, "--freeze", "token_emb", "--steps", 2
    };
    Object[] all = Arrays.copyOf(flags, flags.length + 2);
    all[flags.length] = "--out";
    all[flags.length + 1] = run;
    train(all).ok();
    assertThat(weight(run.resolve("best"), "token_emb.weight")).isEqualTo(rows);
  }

  @Test
  void aLongTextIsReadInOrderWithCarriedState() {
    Path run = directory.resolve("run");
    train("--start-from", model, "--carry-state", "true", "--steps", 6, "--out", run).ok();
    assertThat(run.resolve("report.html")).exists();
  }

  @Test
  void slowModesAreAddedToAModelThatHasNone() {
    Path run = directory.resolve("run");
    Object[] flags = {"--start-from", model, "--add-modes", 4, "--tau-max", 99, "--steps", 3};
    Object[] all = Arrays.copyOf(flags, flags.length + 2);
    all[flags.length] = "--out";
    all[flags.length + 1] = run;
    train(all).ok();
    assertThat(weight(run.resolve("last"), "layers.0.dss.Lambda_real")).hasSize(12);
    assertThat(run.resolve("last/config.json")).content().contains("two_scale", "99.0");
    Command.here("train", "--resume", run, "--steps", 5).ok();
  }

  @Test
  void whatDoesNotFitIsRefused() {
    Path run = directory.resolve("run");
    train("--start-from", model, "--dim", 16, "--out", run)
        .refused("dim is 16, expected 32 as in", "leave out what start_from settles");
    train("--start-from", directory.resolve("none"), "--out", run).refused("none");
    train("--start-from", model, "--freeze", "emb", "--out", run)
        .refused("freeze names 'emb'", "parts are: ");
    train("--embeddings-from", directory.resolve("none.safetensors"), "--out", run)
        .refused("none.safetensors", "no such file");
  }
}
