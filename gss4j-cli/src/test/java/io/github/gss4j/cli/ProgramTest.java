package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.checkpoint.Safetensors;
import io.github.gss4j.cli.terminal.Interrupt;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.weights.TensorFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The commands as their users use them: demo, train, eval, generate. */
class ProgramTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path directory;
  private static Path text;
  private static Path run;

  @BeforeAll
  static void train() throws IOException {
    text = Tiny.text(directory);
    run = directory.resolve("run");
    Command.here(Tiny.train(text, "--out", run, "--steps", 40)).ok();
  }

  private static String generate(Object... more) {
    List<Object> args = new ArrayList<>(List.of("generate", "--model", run));
    args.addAll(Arrays.asList(more));
    return Command.here(args.toArray()).ok().out();
  }

  private static JsonNode eval(Object... more) throws IOException {
    List<Object> args = new ArrayList<>(List.of("eval", "--json", "--model", run));
    args.addAll(Arrays.asList(more));
    return JSON.readTree(Command.here(args.toArray()).ok().out());
  }

  @Test
  void theQuickDemoPrintsOneJsonObjectAndWhatItNamesIsThere() throws IOException {
    Path out = directory.resolve("demo");
    Object[] args = Tiny.demo(text, "--steps", 20, "--json", "--out", out);
    Command.Result result = Command.process(directory, args).ok();
    assertThat(result.out().lines()).hasSize(1);
    JsonNode json = JSON.readTree(result.out());
    assertThat(json.get("steps").asLong()).isEqualTo(20);
    assertThat(json.get("bits_per_byte").asDouble()).isBetween(1.0, 8.5);
    assertThat(json.get("tokens_per_second").asDouble()).isPositive();
    assertThat(json.get("sample").asText()).isNotEmpty();
    assertThat(json.get("gzip_9").asDouble()).isBetween(0.5, 8.0);
    assertThat(json.get("xz_9").asDouble()).isBetween(0.5, 8.0);
    assertThat(Path.of(json.get("report").asText())).isNotEmptyFile();
    Path model = Path.of(json.get("model").asText());
    assertThat(model.resolve("model.safetensors")).isNotEmptyFile();
    assertThat(Files.readAllLines(out.resolve("metrics.jsonl")).get(0))
        .contains("\"step\"", "\"loss\"", "\"lr\"", "\"grad_norm\"", "\"tokens_per_second\"");
  }

  @Test
  void theDemoDoesNotCallAnotherTextJava() throws IOException {
    Object[] args = Tiny.demo(text, "--steps", 1, "--out", directory.resolve("demo-of-text"));
    assertThat(Command.process(directory, args).ok().out())
        .contains("Bits per byte of held-out text that", "write    gss generate --model ");
  }

  @Test
  void trainedInAProcessEvaluatedInAnotherWritesInAThird() throws IOException {
    Path out = directory.resolve("chain");
    Object[] train = Tiny.train(text, "--out", out, "--steps", 10, "--json", "--eval-every", 0);
    JsonNode trained = JSON.readTree(Command.process(directory, train).ok().out());
    Object[] eval = {"eval", "--model", out, "--data", text, "--json"};
    JsonNode evaluated = JSON.readTree(Command.process(directory, eval).ok().out());
    assertThat(evaluated.get("loss")).isEqualTo(trained.get("loss"));
    assertThat(evaluated.get("bits_per_byte")).isEqualTo(trained.get("bits_per_byte"));
    assertThat(Files.readAllLines(out.resolve("metrics.jsonl")))
        .filteredOn(line -> line.contains("eval_loss"))
        .as("--eval-every 0 evaluates at the end only")
        .hasSize(1)
        .allMatch(line -> !line.contains("\"loss\""));
    Object[] write = {
      "generate",
      "--model",
      out,
      "--prompt-ids",
      "116,104,101",
      "--greedy",
      "--ids",
      "--max-new-tokens",
      12
    };
    String ids = Command.process(directory, write).ok().out();
    assertThat(ids).matches("\\d{1,3}(,\\d{1,3}){11}\\R");
  }

  @Test
  void aConfigFileAndFlagsGiveTheSameRun() throws IOException {
    Path file = directory.resolve("config.json");
    Path first = directory.resolve("by-flags");
    Path second = directory.resolve("by-file");
    Command.here(Tiny.train(text, "--out", first, "--steps", 3)).ok();
    Files.writeString(
        file, "// comments are allowed\n" + Files.readString(first.resolve("run.json")));
    Command.here("train", "--config", file, "--out", second).ok();
    assertThat(second.resolve("run.json")).hasSameTextualContentAs(first.resolve("run.json"));
    assertThat(second.resolve("best/model.safetensors"))
        .hasSameBinaryContentAs(first.resolve("best/model.safetensors"));
    Path third = directory.resolve("flag-wins");
    Command.here("train", "--config", file, "--steps", 2, "--out", third).ok();
    assertThat(JSON.readTree(third.resolve("run.json").toFile()).get("steps").asInt()).isEqualTo(2);
  }

  @Test
  void aFinishedRunThatIsResumedSaysTheSameAgain() throws IOException {
    Path out = directory.resolve("finished");
    String first = Command.here(Tiny.train(text, "--out", out, "--steps", 4)).ok().out();
    String metrics = Files.readString(out.resolve("metrics.jsonl"));
    assertThat(Command.here("train", "--resume", out).ok().out()).isEqualTo(first);
    assertThat(out.resolve("metrics.jsonl")).hasContent(metrics);
    Command.here("train", "--resume", out, "--steps", 6).ok();
    assertThat(Files.readAllLines(out.resolve("metrics.jsonl")))
        .filteredOn(line -> line.contains("\"loss\""))
        .hasSize(6);
  }

  @Test
  void greedyIsAlwaysTheSameAndSamplingFollowsItsSeed() {
    Object[] greedy = {"--prompt", "the ", "--greedy", "--ids", "--max-new-tokens", 30};
    assertThat(generate(greedy)).isEqualTo(generate(greedy));
    Object[] one = {"--prompt", "the ", "--seed", 1, "--ids", "--max-new-tokens", 30};
    Object[] two = {"--prompt", "the ", "--seed", 2, "--ids", "--max-new-tokens", 30};
    assertThat(generate(one)).isEqualTo(generate(one)).isNotEqualTo(generate(two));
  }

  @Test
  void aTextAndItsIdsAreTheSamePrompt() {
    Object[] text = {"--prompt", "the ", "--greedy", "--ids"};
    Object[] ids = {"--prompt-ids", "116,104,101,32", "--greedy", "--ids"};
    assertThat(generate(text)).isEqualTo(generate(ids));
    assertThat(generate("--prompt", "the ", "--greedy")).startsWith("the ");
  }

  @Test
  void noNewTokensOnlyReadsThePrompt() {
    assertThat(generate("--prompt-ids", "1,2", "--ids", "--max-new-tokens", 0))
        .isEqualToIgnoringNewLines("");
    assertThat(generate("--prompt", "the", "--max-new-tokens", 0)).isEqualToIgnoringNewLines("the");
  }

  @Test
  void everyOptionOfGenerateIsHonoured() {
    String[] base = {"--prompt=the s", "--ids", "--seed=3", "--max-new-tokens=60"};
    String plain = generate((Object[]) base);
    String some =
        Stream.of(plain.strip().split(",", -1))
            .filter(id -> Integer.parseInt(id) < 128)
            .findFirst()
            .get();
    Map<String, String[]> others = new LinkedHashMap<>();
    others.put("--greedy", new String[] {"--greedy"});
    others.put("--temperature", new String[] {"--temperature=0.3"});
    others.put("--top-k", new String[] {"--top-k=2"});
    others.put("--filter-thres", new String[] {"--filter-thres=0.99"});
    others.put("--top-p", new String[] {"--top-p=0.2"});
    others.put("--min-p", new String[] {"--min-p=0.9"});
    others.put("--repetition-penalty", new String[] {"--repetition-penalty=3"});
    others.put("--end-token", new String[] {"--end-token=" + some});
    others.put("--stop", new String[] {"--stop=" + (char) Integer.parseInt(some)});
    others.put("--seed", new String[] {"--seed=4"});
    others.put("--max-new-tokens", new String[] {"--max-new-tokens=5"});
    others.forEach(
        (option, flags) -> {
          List<String> args = new ArrayList<>(Arrays.asList(base));
          args.removeIf(arg -> arg.startsWith(option + "="));
          args.addAll(Arrays.asList(flags));
          assertThat(generate(args.toArray())).as(option).isNotEqualTo(plain);
        });
    // these are looked at by other tests: of prompts, of ids, of states, and of what is refused
    List<String> elsewhere =
        List.of(
            "--prompt",
            "--prompt-ids",
            "--ids",
            "--load-state",
            "--save-state",
            "--ignore-end",
            "--model",
            "--dtype",
            "--device",
            "--engine",
            "--threads");
    TreeSet<String> seen = new TreeSet<>(others.keySet());
    seen.addAll(elsewhere);
    seen.addAll(List.of("--help", "--version"));
    CommandLine line = Gss.commandLine(new Interrupt()).getSubcommands().get("generate");
    assertThat(line.getCommandSpec().options().stream().map(OptionSpec::longestName))
        .containsExactlyInAnyOrderElementsOf(seen);
  }

  @Test
  void enginesWriteTheSameAndGoOnWithEachOthersStates() throws IOException {
    Path state = directory.resolve("engines.state");
    Object[] base = {"--prompt", "the s", "--greedy", "--ids", "--max-new-tokens", 20};
    List<Object> java = new ArrayList<>(Arrays.asList(base));
    java.addAll(List.of("--engine", "java", "--threads", 2, "--save-state", state));
    List<Object> torch = new ArrayList<>(Arrays.asList(base));
    torch.addAll(List.of("--engine", "torch"));
    assertThat(generate(java.toArray())).isEqualTo(generate(torch.toArray()));
    Object[] more = {"--load-state", state, "--greedy", "--ids", "--max-new-tokens", 5, "--engine"};
    List<Object> onJava = new ArrayList<>(Arrays.asList(more));
    onJava.add("java");
    List<Object> onTorch = new ArrayList<>(Arrays.asList(more));
    onTorch.add("torch");
    assertThat(generate(onTorch.toArray())).isEqualTo(generate(onJava.toArray()));
    Command.here("generate", "--model", run, "--prompt", "x", "--engine", "steam")
        .refused("engine is 'steam'", "java", "torch");
    Command.here(
            "generate", "--model", run, "--prompt", "x", "--engine", "java", "--dtype", "float64")
        .refused("dtype is 'float64'", "int8");
  }

  @Test
  void aSavedStateGoesOnAsIfTheTextHadNeverStopped() {
    Path state = directory.resolve("half.state");
    String whole = generate("--prompt", "the ", "--max-new-tokens", 20, "--greedy", "--ids");
    String first =
        generate(
            "--prompt", "the ", "--max-new-tokens", 8, "--greedy", "--ids", "--save-state", state);
    String rest = generate("--load-state", state, "--max-new-tokens", 12, "--greedy", "--ids");
    assertThat(first.strip() + "," + rest.strip()).isEqualTo(whole.strip());
    generate("--prompt", "the ", "--max-new-tokens", 0, "--save-state", state);
    assertThat(generate("--load-state", state, "--prompt", "gate", "--greedy", "--ids"))
        .isEqualTo(generate("--prompt", "the gate", "--greedy", "--ids"));
  }

  @Test
  void aBatchOfPromptsWritesWhatEachWouldAlone() {
    String both = generate("--prompt", "the ", "--prompt", "gate", "--greedy", "--ids");
    String one = generate("--prompt", "the ", "--greedy", "--ids");
    String two = generate("--prompt", "gate", "--greedy", "--ids");
    assertThat(both).isEqualTo(one + two);
  }

  @Test
  void idsAreEvaluatedInEveryDtype() throws IOException {
    String ids =
        IntStream.range(0, 300)
            .mapToObj(i -> "" + (97 + i * i % 26))
            .collect(Collectors.joining(","));
    Path file = Files.writeString(directory.resolve("ids.json"), "[" + ids + "]");
    JsonNode exact = eval("--ids-file", file, "--dtype", "float64");
    assertThat(exact.get("tokens").asLong()).isEqualTo(299);
    double loss = exact.get("loss").asDouble();
    double single = eval("--ids-file", file, "--dtype", "float32").get("loss").asDouble();
    double brief = eval("--ids-file", file, "--dtype", "bfloat16").get("loss").asDouble();
    assertThat(exact.get("loss").asText().replaceAll("\\D", "")).hasSizeGreaterThanOrEqualTo(9);
    assertThat(single).isNotEqualTo(loss).isCloseTo(loss, within(1e-4 * loss));
    assertThat(brief).isNotEqualTo(single).isCloseTo(loss, within(0.05 * loss));
    Path twice =
        Files.writeString(directory.resolve("twice.json"), "[[" + ids + "],[" + ids + "]]");
    assertThat(eval("--ids-file", twice, "--dtype", "float64").get("loss").asDouble())
        .isCloseTo(loss, within(1e-12 * loss));
  }

  @Test
  void logitsAreWrittenForOtherPrograms() throws IOException {
    Path file = Files.writeString(directory.resolve("few.json"), "[[1,2,3],[4,5,6]]");
    Path logits = directory.resolve("logits.safetensors");
    JsonNode result = eval("--ids-file", file, "--dtype", "float64", "--logits", logits);
    try (PointerScope scope = new PointerScope()) {
      Safetensors written = Safetensors.open(logits);
      assertThat(Tensors.toLongs(TensorFiles.read(written.file(), "ids")))
          .containsExactly(1, 2, 3, 4, 5, 6);
      assertThat(Tensors.shape(TensorFiles.read(written.file(), "logits")))
          .containsExactly(2, 3, 256);
      Tensor seen = TensorFiles.read(written.file(), "logits").narrow(1, 0, 2).reshape(4, 256);
      Tensor next = Tensors.of(new long[] {2, 3, 5, 6}, 4);
      assertThat(Tensors.value(torch.cross_entropy_loss(seen, next)))
          .isCloseTo(result.get("loss").asDouble(), within(1e-12));
    }
    Command.here("eval", "--model", run, "--data", text, "--logits", logits)
        .refused("--logits", "--ids-file");
  }
}
