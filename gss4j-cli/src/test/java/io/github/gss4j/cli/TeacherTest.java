package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.config.Gpt2Config;
import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.model.Gpt2;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.weights.PretrainedModel;
import io.github.gss4j.weights.TensorFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code gss train --teacher}: learning from a GPT-2 and from a model of ours. */
class TeacherTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path directory;
  private static Path text;
  private static Path gpt2;

  @BeforeAll
  static void teacher() throws IOException {
    text = Tiny.text(directory);
    gpt2 = Files.createDirectory(directory.resolve("gpt2"));
    String config =
        "{\"model_type\": \"gpt2\", \"vocab_size\": 256, \"n_positions\": 64, \"n_embd\": 8,"
            + " \"n_layer\": 1, \"n_head\": 2}";
    Files.writeString(gpt2.resolve("config.json"), config);
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      Gpt2.shapes(Gpt2Config.parse("config.json", JSON.readTree(config)))
          .forEach((name, shape) -> tensors.put(name, values(name, shape)));
      TensorFiles.write(gpt2.resolve("model.safetensors"), tensors, Map.of());
    }
  }

  private static Tensor values(String name, List<Long> shape) {
    long[] sizes = shape.stream().mapToLong(Long::longValue).toArray();
    if (name.contains(".c_")) { // stored as (inputs, outputs)
      sizes = sizes.length == 2 ? new long[] {sizes[1], sizes[0]} : sizes;
    }
    return torch.ones(sizes).mul(new Scalar(0.1));
  }

  private static List<JsonNode> metrics(Path run) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  private static Object[] taught(Path out, Object... more) {
    return Tiny.train(
        text,
        Stream.concat(
                Stream.of(
                    "--out",
                    out,
                    "--objective",
                    "alternating",
                    "--eval-every",
                    0,
                    "--depth",
                    1,
                    "--held-out",
                    0.02),
                Stream.of(more))
            .toArray());
  }

  @Test
  void eachStepOfAnAlternatingRunSaysWhatItsLossIs() throws IOException {
    Path run = directory.resolve("by-step");
    Command.here(taught(run, "--teacher", gpt2, "--alternate", "step", "--steps", 4)).ok();
    List<JsonNode> steps = metrics(run).subList(0, 4);
    assertThat(steps)
        .extracting(step -> step.path("objective").asText())
        .containsExactly("cross_entropy", "distillation", "cross_entropy", "distillation");
    assertThat(steps.get(0).get("cross_entropy")).isEqualTo(steps.get(0).get("loss"));
    assertThat(steps.get(0).has("distillation")).isFalse();
    assertThat(steps.get(1).get("distillation")).isEqualTo(steps.get(1).get("loss"));
    assertThat(steps.get(1).get("cross_entropy").asDouble()).isPositive();
    assertThat(Files.readString(run.resolve("report.html"))).contains("\"distillation\":{\"x\":[2");
  }

  @Test
  void aRunWithATeacherAndItsCacheIsResumedToTheBit() throws IOException {
    Path wise = Files.createDirectory(directory.resolve("wise"));
    ModelConfig small = ModelConfig.of(256, 8, 1).withOptions(new GssConfig(4, 4, true));
    try (LanguageModel model = LanguageModel.create(small, 3)) {
      PretrainedModel.save(model, wise, Map.of());
    }
    String how =
        "--teacher-top-k 5 --accumulate 2 --temperature 2 --distill-weight 0.5 --final-lr 1"
            + " --warmup 1 --teacher-cache";
    Object[] cached = with(how.split(" ", -1), directory.resolve("lessons"), "--teacher", wise);
    Path parts = directory.resolve("parts");
    Command.here(with(taught(parts, cached), "--steps", 3)).ok();
    Command.here("train", "--resume", parts, "--steps", 6).ok();
    Path again = directory.resolve("again");
    Command.here(with(taught(again, cached), "--steps", 6)).ok();
    assertThat(losses(parts)).isEqualTo(losses(again)).hasSize(6);
  }

  private static Object[] with(Object[] args, Object... more) {
    return Stream.concat(Stream.of(args), Stream.of(more)).toArray();
  }

  private static List<String> losses(Path run) throws IOException {
    return metrics(run).stream()
        .filter(line -> line.has("loss"))
        .map(line -> line.get("loss") + " " + line.get("cross_entropy") + line.get("distillation"))
        .toList();
  }

  @Test
  void whatDoesNotFitIsSaidInOneLine() {
    Path out = directory.resolve("never");
    refused(taught(out, "--teacher", gpt2, "--seq-len", 65), "seq_len is 65", "at most 64");
    refused(taught(out), "objective is alternating", "a teacher");
    refused(
        Tiny.train(text, "--out", out, "--teacher", gpt2),
        "objective is cross_entropy",
        "distillation or alternating");
    refused(taught(out, "--teacher", gpt2, "--teacher-dtype", "int8"), "int8", "bfloat16");
    refused(
        taught(out, "--teacher", gpt2, "--teacher-cache", out, "--teacher-top-k", 256),
        "teacher_top_k is 256",
        "1 to 255");
    refused(taught(out, "--teacher", directory.resolve("none")), "no such file or directory");
  }

  private static void refused(Object[] args, String... says) {
    Command.Result result = Command.here(args);
    assertThat(result.code()).isNotZero();
    assertThat(result.err().strip().lines()).hasSize(1);
    assertThat(result.err()).contains(says);
  }
}
