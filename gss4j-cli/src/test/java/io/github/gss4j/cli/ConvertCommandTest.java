package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.github.gss4j.weights.TensorFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code gss convert}: every form says the same, and the hub understands the card. */
class ConvertCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path directory;
  private static Path ids;
  private static Path run;

  @BeforeAll
  static void train() throws IOException {
    ids = Files.writeString(directory.resolve("ids.json"), "[3,1,4,1,5,9,2,6,5,3,5,8,9,7,9]");
    Object[] args = Tiny.train(Tiny.text(directory), "--steps", 3, "--eval-every", 2);
    run = directory.resolve("run");
    List<Object> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--out", run));
    Command.here(all.toArray()).ok();
  }

  private static Path convert(Path from, String to, Object... more) {
    Path target = directory.resolve(to);
    List<Object> args = new ArrayList<>(List.of("convert", from, target));
    args.addAll(List.of(more));
    assertThat(Command.here(args.toArray()).ok().out()).isEqualToIgnoringNewLines(target + "");
    return target;
  }

  private static String loss(Path model) throws IOException {
    Object[] args = {"eval", "--model", model, "--ids-file", ids, "--dtype", "float64", "--json"};
    return JSON.readTree(Command.here(args).ok().out()).get("loss").asText();
  }

  private static JsonNode inspect(Path model) throws IOException {
    return JSON.readTree(Command.here("inspect", model, "--json").ok().out());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"model.pt", "model_float16.pt", "model_legacy_format.pt", "model_nested.pt"})
  void aPublishedFileSaysTheSameInEveryForm(String name) throws IOException {
    Path from = Tiny.published(name);
    String expected = loss(from);
    String own = name.replace(".pt", "");
    Path pt = convert(from, own + "-pt/weights.pt", "--prefix", "net.");
    Path tensors = convert(pt, own + "-safetensors/weights.safetensors");
    Path hub = convert(tensors, own + "-hub");
    Path shards = convert(hub, own + "-shards", "--shard-size", "9kb");
    assertThat(shards.resolve("model.safetensors.index.json")).isNotEmptyFile();
    Path back = convert(shards, own + "-back/model.pt");
    for (Path form : List.of(pt, tensors, hub, shards, back)) {
      assertThat(loss(form)).as("%s", form).isEqualTo(expected);
    }
    assertThat(back).hasSameBinaryContentAs(convert(back, own + "-again/model.pt"));
  }

  @Test
  void aDtypeIsThatOfAllTensors() throws IOException {
    long bytes = inspect(run).get("bytes").asLong();
    for (var type :
        Map.of("float16", 0.5, "bfloat16", 0.5, "float32", 1.0, "float64", 2.0).entrySet()) {
      Path model = convert(run, "as-" + type.getKey(), "--dtype", type.getKey());
      assertThat(inspect(model).get("bytes").asDouble()).isEqualTo(bytes * type.getValue());
    }
    assertThat(loss(directory.resolve("as-float64"))).isEqualTo(loss(run));
  }

  @Test
  void aDirectoryHasATokenizerAndSoReadsText() {
    Path model = convert(run, "with-tokenizer");
    Object[] args = {"generate", "--prompt", "the ", "--greedy", "--ids", "--model"};
    List<Object> here = new ArrayList<>(List.of(args));
    List<Object> there = new ArrayList<>(List.of(args));
    here.add(run);
    there.add(model);
    assertThat(Command.here(there.toArray()).ok().out())
        .isEqualTo(Command.here(here.toArray()).ok().out());
  }

  private static JsonNode frontMatter(Path model) throws IOException {
    String card = Files.readString(model.resolve("README.md"));
    assertThat(card).startsWith("---\n");
    return new YAMLMapper().readTree(card.substring(4, card.indexOf("\n---\n", 4)));
  }

  private static List<String> texts(JsonNode list) {
    return Stream.iterate(0, i -> i < list.size(), i -> i + 1)
        .peek(i -> assertThat(list.get(i).isTextual()).isTrue())
        .map(i -> list.get(i).asText())
        .toList();
  }

  @Test
  void theCardSaysWhatTheUserAndTheRunSay() throws IOException {
    Path model =
        convert(
            run,
            "carded",
            "--license=apache-2.0",
            "--dataset=some-one/a.text",
            "--dataset=wikitext",
            "--language=no",
            "--language=code");
    JsonNode matter = frontMatter(model);
    assertThat(matter.get("license").asText()).isEqualTo("apache-2.0");
    assertThat(texts(matter.get("datasets"))).containsExactly("some-one/a.text", "wikitext");
    assertThat(texts(matter.get("language"))).as("no is no boolean").containsExactly("no", "code");
    assertThat(texts(matter.get("tags"))).contains("gated-state-space", "gss4j");
    assertThat(matter.get("pipeline_tag").asText()).isEqualTo("text-generation");
    String card = Files.readString(model.resolve("README.md"));
    assertThat(card).contains("# carded\n", "| steps | 3 |", "| seq_len | 64 |", "| lr | 0.004 |");
    String best = run.resolve("best").toRealPath().getFileName().toString();
    assertThat(card).contains("after step " + best.replace("step-", "") + ":");
    assertThat(card).containsPattern("held-out text: loss \\d\\.\\d{4} nats per token");
    assertThat(card)
        .contains(String.format("%,d parameters", inspect(run).get("parameters").asLong()));
  }

  @Test
  void aModelWithoutARunHasACardOfItsSizes() throws IOException {
    Path model = convert(Tiny.published("model.pt"), "plain");
    JsonNode matter = frontMatter(model);
    assertThat(matter.get("license").asText()).isEqualTo("unknown");
    assertThat(matter.has("datasets")).isFalse();
    assertThat(Files.readString(model.resolve("README.md"))).doesNotContain("## Training");
  }

  @Test
  void aModelsOwnCardIsKept() throws IOException {
    Path first = convert(run, "first");
    Files.writeString(first.resolve("README.md"), "my own words");
    Path second = convert(first, "second");
    assertThat(second.resolve("README.md")).hasContent("my own words");
    Path third = directory.resolve("third");
    Command.here("convert", first, third, "--license", "mit").refused("README.md", "by hand");
    assertThat(third).doesNotExist();
    assertThat(directory.resolve("third.writing")).doesNotExist();
  }

  @Test
  void valuesThatTheDtypeCannotHoldAreWrittenOnlyIfAllowed() throws IOException {
    Path big = Files.createDirectories(directory.resolve("big")).resolve("big.pt");
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> tensors = TensorFiles.read(Tiny.published("model.pt"));
      tensors.get("net.token_emb.weight").select(0, 3).fill_(new Scalar(70000.0));
      TensorFiles.writePyTorch(big, tensors);
    }
    for (String to : List.of("small", "small/small.pt")) {
      Path target = directory.resolve(to);
      Command.here("convert", big, target, "--dtype", "float16")
          .refused("too large for F16", "token_emb.weight (16 values)", "--allow-overflow");
      assertThat(target).doesNotExist();
    }
    Path infinite = convert(big, "infinite", "--dtype", "float16", "--allow-overflow");
    assertThat(inspect(infinite).get("bytes").asLong()).isPositive();
    assertThat(inspect(convert(big, "wide", "--dtype", "bfloat16"))).isNotEmpty();
  }

  @TestFactory
  List<DynamicTest> wrongInputs() throws IOException {
    Path there = Files.createDirectories(directory.resolve("there"));
    Path free = directory.resolve("free");
    Path file = directory.resolve("free.pt");
    Path beside = Files.writeString(directory.resolve("config.json"), "{}").resolveSibling("x.pt");
    return List.of(
        wrong(List.of("nowhere", "no such"), "nowhere", free),
        wrong(List.of("Missing", "TO"), run),
        wrong(List.of("there", "already exists"), run, there),
        wrong(List.of("config.json", "another model"), run, beside),
        wrong(List.of("--dtype is 'int8'", "bfloat16"), run, free, "--dtype", "int8"),
        wrong(List.of("--shard-size is '0MB'", "500MB"), run, free, "--shard-size", "0MB"),
        wrong(List.of("--shard-size is '5 TB'", "GB"), run, free, "--shard-size", "5 TB"),
        wrong(List.of("--shard-size", "directory"), run, file, "--shard-size", "1MB"),
        wrong(List.of("a model card", "directory"), run, file, "--license", "mit"),
        wrong(
            List.of("--license is 'a\nb: c'".replace('\n', ' ')), run, free, "--license", "a b: c"),
        wrong(List.of("--dataset is 'a/b/c'", "OWNER/NAME"), run, free, "--dataset", "a/b/c"),
        wrong(List.of("--language is 'English'", "en"), run, free, "--language", "English"));
  }

  private static DynamicTest wrong(List<String> named, Object... args) {
    List<Object> all = new ArrayList<>(List.of("convert"));
    all.addAll(List.of(args));
    return DynamicTest.dynamicTest(
        named.get(0),
        () -> {
          Command.here(all.toArray()).refused(named.toArray(String[]::new));
          assertThat(directory.resolve("free")).doesNotExist();
          assertThat(directory.resolve("free.pt")).doesNotExist();
        });
  }
}
