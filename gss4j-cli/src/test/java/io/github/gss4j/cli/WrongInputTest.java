package io.github.gss4j.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What makes no sense ends in one line that says what was found, and exit code 1 or 2. */
class WrongInputTest {
  @TempDir static Path directory;
  private static Path text;
  private static Path run;

  private final List<DynamicTest> tests = new ArrayList<>();

  @BeforeAll
  static void trainOne() throws IOException {
    text = Tiny.text(directory);
    run = directory.resolve("run");
    Command.here(Tiny.train(text, "--out", run, "--steps", 2)).ok();
  }

  private static Path file(String name, String content) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  /** A copy of the model whose one file is changed. */
  private static Path model(String name, String file, byte[] content) throws IOException {
    Path copy = Files.createDirectories(directory.resolve(name));
    for (String each : List.of("config.json", "model.safetensors")) {
      Files.write(copy.resolve(each), Files.readAllBytes(run.resolve("best").resolve(each)));
    }
    Files.write(copy.resolve(file), content);
    return copy;
  }

  /** A copy of the run whose last checkpoint has one file changed. */
  private static Path run(String name, String file, byte[] content) throws IOException {
    Path copy = Files.createDirectories(directory.resolve(name).resolve("step-2"));
    try (Stream<Path> files = Files.list(run.resolve("last"))) {
      for (Path each : files.toList()) {
        Files.copy(each, copy.resolve(each.getFileName()));
      }
    }
    Files.write(copy.resolve(file), content);
    Files.createSymbolicLink(copy.resolveSibling("last"), copy.getFileName());
    Files.copy(run.resolve("run.json"), copy.resolveSibling("run.json"));
    return copy.getParent();
  }

  private static byte[] half(Path file) throws IOException {
    byte[] all = Files.readAllBytes(file);
    return Arrays.copyOf(all, all.length / 2);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  private void wrong(String named, String expected, Object... args) {
    String name =
        "gss " + String.join(" ", Arrays.stream(args).map(WrongInputTest::brief).toList());
    tests.add(DynamicTest.dynamicTest(name, () -> check(Command.here(args), named, expected)));
  }

  private static String brief(Object arg) {
    return arg instanceof Path path ? path.getFileName().toString() : arg.toString();
  }

  private static void check(Command.Result result, String named, String expected) {
    result.refused(named, expected);
  }

  private void wrongTraining(String named, String expected, Object... more) {
    List<Object> args = new ArrayList<>(Arrays.asList(more));
    args.addAll(List.of("--out", directory.resolve("never")));
    wrong(named, expected, Tiny.train(text, args.toArray()));
  }

  private void wrongConfig(String named, String expected, String json) throws IOException {
    Path file = file("config-" + tests.size() + ".json", json);
    wrong(named, expected, "train", "--config", file, "--out", directory.resolve("never"));
  }

  @TestFactory
  List<DynamicTest> commands() {
    wrong("'trian'", "did you mean", "trian");
    wrong("'--dimm'", "did you mean", "train", "--dimm", 3);
    wrong("'--steps'", "'many'", "train", "--steps", "many");
    wrong("'--steps'", "parameter", "train", "--steps");
    wrong("--prompt", "nothing to continue", "generate", "--model", run);
    wrong("--prompt-ids", "exclusive", "generate", "--model", run, "--prompt=a", "--prompt-ids=1");
    wrong("--ids-file", "exclusive", "eval", "--model", run, "--data=a", "--ids-file=b");
    wrong("--data", "Missing", "eval", "--model", run);
    return tests;
  }

  @TestFactory
  List<DynamicTest> texts() throws IOException {
    wrongTraining("missing.txt", "no such file", "--data", directory.resolve("missing.txt"));
    wrongTraining("empty.txt", "expected text", "--data", file("empty.txt", ""));
    Path none = Files.createDirectories(directory.resolve("none"));
    wrongTraining("none", "text", "--data", none);
    Path binary = Files.createDirectories(directory.resolve("binary"));
    Files.write(binary.resolve("a.bin"), new byte[] {1, 0, 2});
    wrongTraining("binary", "text", "--data", binary);
    String shortText = "too short, though some can be held out";
    wrongTraining("one sequence needs 65", "tokens", "--data", file("short.txt", shortText));
    wrongTraining("1 tokens long", "at least 2", "--data", file("shorter.txt", "too short"));
    wrongTraining("the glob '*.java'", "leave it out", "--glob", "*.java");
    wrongTraining("held_out is 1.5", "expected", "--held-out", 1.5);
    wrong("missing.txt", "no such file", "eval", "--model", run, "--data", "missing.txt");
    wrong("empty.txt", "text", "eval", "--model", run, "--data", file("empty.txt", ""));
    wrong("2", "expected", "eval", "--model", run, "--data", text, "--held-out", 2);
    return tests;
  }

  @TestFactory
  List<DynamicTest> sizes() {
    for (String zero : List.of("dim", "dss-kernel-N", "dss-kernel-H")) {
      wrongTraining(zero.replace('-', '_') + " is 0", "at least 1", "--" + zero, 0);
    }
    wrongTraining("depth is 0", "expected 1 to 65536", "--depth", 0);
    for (String zero : List.of("steps", "batch", "accumulate", "seq-len", "eval-tokens")) {
      wrongTraining(zero.replace('-', '_') + " is 0", "at least 1", "--" + zero, 0);
    }
    for (String less : List.of("eval-every", "save-every", "sample-every", "warmup")) {
      wrongTraining(less.replace('-', '_') + " is -1", "or more", "--" + less, -1);
    }
    wrongTraining("dim is -32", "at least 1", "--dim", -32);
    wrongTraining("dim_expansion_factor is -1.0", "positive", "--dim-expansion-factor", -1);
    wrongTraining("lr is -1.0", "above 0", "--lr", -1);
    wrongTraining("lr is NaN", "above 0", "--lr", "NaN");
    wrongTraining("final_lr is 2.0", "0 to 1", "--final-lr", 2);
    wrongTraining("beta1 is 1.0", "below 1", "--beta1", 1);
    wrongTraining("beta2 is -0.1", "below 1", "--beta2", -0.1);
    wrongTraining("eps is 0.0", "above 0", "--eps", 0);
    wrongTraining("weight_decay is -1.0", "0 or more", "--weight-decay", -1);
    wrongTraining("grad_clip is -1.0", "or more", "--grad-clip", -1);
    wrongTraining("batch × (seq_len + 1)", "at most", "--batch", 2_000_000_000);
    wrongTraining("optimizer is 'sgd'", "adamw", "--optimizer", "sgd");
    wrongTraining("accumulation is 'both'", "mean", "--accumulation", "both");
    wrongTraining("weight_decay_on is 'some'", "matrices", "--weight-decay-on", "some");
    wrongTraining("dtype is 'float8'", "bfloat16", "--dtype", "float8");
    wrongTraining("device is 'tpu'", "cuda", "--device", "tpu");
    wrongTraining("device is 'cuda:99'", "cpu", "--device", "cuda:99");
    wrongTraining("prompt is empty", "at least one", "--prompt", "");
    return tests;
  }

  @TestFactory
  List<DynamicTest> configs() throws IOException {
    wrongConfig("'seq_length'", "did you mean 'seq_len'", "{\"seq_length\": 64}");
    wrongConfig("config-1.json", "is not JSON", "{\"seq_len\": 64");
    wrongConfig("config-2.json", "expected a JSON object", "[1]");
    wrongConfig("config-3.json", "expected a JSON object", "");
    wrongConfig("config-4.json", "'dim'", "{\"dim\": 32, \"dim\": 64}");
    wrongConfig("config-5.json", "is not JSON", "{\"dim\": 32} {}");
    wrongConfig("'dim' is \"wide\"", "a whole number", "{\"dim\": \"wide\"}");
    wrongConfig("'dim' is 1.5", "a whole number", "{\"dim\": 1.5}");
    wrongConfig("'lr' is true", "a number", "{\"lr\": true}");
    wrongConfig("'data' is 1", "a text", "{\"data\": 1}");
    String data = "\"data\": \"" + text + "\", ";
    wrongConfig("num_tokens is 100", "at least 256", "{" + data + "\"num_tokens\": 100}");
    wrongConfig(
        "tokenizer is 'words'", "expected bytes, gpt2", "{" + data + "\"tokenizer\": \"words\"}");
    wrong("missing.json", "no such file", "train", "--config", directory.resolve("missing.json"));
    wrong(directory.toString(), "a JSON file", "train", "--config", directory);
    return tests;
  }

  @TestFactory
  List<DynamicTest> runs() throws IOException {
    Path below = text.resolve("below");
    wrong("text.txt", "directory", Tiny.train(text, "--out", below));
    wrong("text.txt", "directory", Tiny.train(text, "--out", text));
    wrong("/proc/gss", "no such", Tiny.train(text, "--out", "/proc/gss"));
    wrong("already holds a run", "--resume", Tiny.train(text, "--out", run));
    wrong("already holds a run", "--resume", Tiny.demo(text, "--out", run));
    wrong("missing", "no run to resume", "train", "--resume", directory.resolve("missing"));
    wrong("--out", "leave out --config", "train", "--resume", run, "--out", "x");
    wrong("dim is 64", "expected 32", "train", "--resume", run, "--dim", 64);
    byte[] half = half(run.resolve("last/model.safetensors"));
    Path cut = run("cut", "model.safetensors", half);
    wrong("model.safetensors", "cut short", "train", "--resume", cut);
    Path forgot = run("forgot", "optimizer.safetensors", new byte[3]);
    wrong("optimizer.safetensors", "cut short", "train", "--resume", forgot);
    Path garbled = run("garbled", "training.json", bytes("{\"step\": \"two\"}"));
    wrong("training.json", "a whole number", "train", "--resume", garbled);
    Path other = run("other", "run.json", new byte[0]);
    Files.write(other.resolve("run.json"), new byte[0]);
    wrong("run.json", "JSON object", "train", "--resume", other);
    return tests;
  }

  @TestFactory
  List<DynamicTest> models() throws IOException {
    Path best = run.resolve("best");
    wrongModel("missing", "no such", directory.resolve("missing"));
    wrongModel("bare", "holds no model", Files.createDirectories(directory.resolve("bare")));
    wrongModel("text.txt", "expected", text);
    byte[] half = half(best.resolve("model.safetensors"));
    wrongModel("model.safetensors", "cut short", model("truncated", "model.safetensors", half));
    byte[] none = new byte[0];
    wrongModel("model.safetensors", "0 bytes", model("void", "model.safetensors", none));
    ByteBuffer claim = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    byte[] terabytes = claim.putLong(0, 5L << 40).array();
    wrongModel("5497558138880", "expected", model("terabytes", "model.safetensors", terabytes));
    String header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,4398046511104]}}";
    byte[] json = bytes(header);
    byte[] far =
        ByteBuffer.allocate(8 + json.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .put(json)
            .array();
    wrongModel("tensor 'a'", "4398046511104", model("far", "model.safetensors", far));
    String config = Files.readString(best.resolve("config.json"));
    byte[] wide = bytes(config.replace("\"dim\" : 32", "\"dim\" : 48"));
    wrongModel("shape (256, 32)", "(256, 48)", model("wide", "config.json", wide));
    byte[] deep = bytes(config.replace("\"depth\" : 2", "\"depth\" : 3"));
    wrongModel("missing tensors", "layers.2", model("deep", "config.json", deep));
    wrongModel("config.json", "not JSON", model("torn", "config.json", bytes("{")));
    wrongModel(
        "dim is -1",
        "at least 1",
        model(
            "negative", "config.json", bytes("{\"num_tokens\": 256, \"dim\": -1, \"depth\": 2}")));
    return tests;
  }

  private void wrongModel(String named, String expected, Path model) {
    wrong(named, expected, "generate", "--model", model, "--prompt-ids", "1");
  }

  @TestFactory
  List<DynamicTest> prompts() {
    wrongPrompt("256", "0 to 255", "--prompt-ids", "1,256");
    wrongPrompt("-1", "0 to 255", "--prompt-ids", "-1");
    wrongPrompt("'1,,2'", "whole numbers", "--prompt-ids", "1,,2");
    wrongPrompt("'a'", "whole numbers", "--prompt-ids", "a");
    wrongPrompt("''", "whole numbers", "--prompt-ids", "");
    wrongPrompt("'99999999999'", "whole numbers", "--prompt-ids", "99999999999");
    wrongPrompt("prompt is empty", "at least one", "--prompt", "");
    wrongPrompt("max-new-tokens is -1", "or more", "--prompt", "a", "--max-new-tokens", -1);
    wrongPrompt("temperature is -1.0", "or more", "--prompt", "a", "--temperature", -1);
    wrongPrompt("top-k is -1", "or more", "--prompt", "a", "--top-k", -1);
    wrongPrompt("top-p is 2.0", "at most 1", "--prompt", "a", "--top-p", 2);
    wrongPrompt("min-p is 3.0", "0 to 1", "--prompt", "a", "--min-p", 3);
    wrongPrompt("filter-thres is 2.0", "0 to 1", "--prompt", "a", "--filter-thres", 2);
    wrongPrompt("repetition-penalty is 0.0", "above", "--prompt", "a", "--repetition-penalty", 0);
    wrongPrompt("--top-k", "give one", "--prompt", "a", "--top-k", 3, "--filter-thres", 0.5);
    wrongPrompt("stop is an empty text", "at least", "--prompt", "a", "--stop", "");
    wrongPrompt("end-token is 256", "0 to 255", "--prompt", "a", "--end-token", 256);
    wrongPrompt("--ignore-end", "exclude", "--prompt", "a", "--end-token", 1, "--ignore-end");
    wrongPrompt("threads is 0", "at least 1", "--prompt", "a", "--threads", 0);
    wrongPrompt("dtype is 'int4'", "int8", "--prompt", "a", "--dtype", "int4");
    wrongPrompt("nowhere.state", "no such file", "--load-state", "nowhere.state");
    wrongPrompt("device is 'gpu'", "cuda", "--prompt", "a", "--device", "gpu");
    return tests;
  }

  private void wrongPrompt(String named, String expected, Object... more) {
    List<Object> args = new ArrayList<>(List.of("generate", "--model", run));
    args.addAll(Arrays.asList(more));
    wrong(named, expected, args.toArray());
  }

  @TestFactory
  List<DynamicTest> idFiles() throws IOException {
    wrongIds("at least 2 token ids", "array", "");
    wrongIds("is not JSON", "ids-1.json", "[1, 2");
    wrongIds("at least 2 token ids", "ids-2.json", "[]");
    wrongIds("at least 2 token ids", "ids-3.json", "[1]");
    wrongIds("item 1 is \"b\"", "a token id", "[1, \"b\"]");
    wrongIds("item 0 is 1.5", "a token id", "[1.5, 2]");
    wrongIds("token id 256", "0 to 255", "[1, 256]");
    wrongIds("token id -1", "0 to 255", "[-1, 2]");
    wrongIds("differ in length", "equal", "[[1, 2], [1, 2, 3]]");
    wrongIds("item 1 is [2]", "a token id", "[1, [2]]");
    wrongIds("is not JSON", "ids-10.json", "[1, 2] [3]");
    wrong("missing.json", "no such file", "eval", "--model", run, "--ids-file", "missing.json");
    Path ids = file("ids.json", "[1, 2]");
    wrong("--glob", "--data", "eval", "--model", run, "--ids-file", ids, "--glob", "*");
    wrong("--held-out", "--data", "eval", "--model", run, "--ids-file", ids, "--held-out", "0.1");
    return tests;
  }

  private void wrongIds(String named, String expected, String json) throws IOException {
    Path file = file("ids-" + tests.size() + ".json", json);
    wrong(named, expected, "eval", "--model", run, "--ids-file", file);
  }

  @Test
  void aProcessSaysNoMoreThanThisOne() {
    Object[] missing = {"generate", "--model", "nowhere", "--prompt", "a"};
    check(Command.process(directory, missing), "nowhere", "no such");
    Object[] large = Tiny.train(text, "--out", directory.resolve("large"), "--dim", 2_000_000);
    check(Command.process(directory, large), "memory", "");
  }

  @Test
  void aWrongStartLeavesNoRunBehind() throws IOException {
    Path out = directory.resolve("again");
    Path tooShort = file("too-short.txt", "too short");
    check(Command.here(Tiny.train(tooShort, "--out", out, "--steps", 1)), "tokens", "");
    Command.here(Tiny.train(text, "--out", out, "--steps", 1)).ok();
  }
}
