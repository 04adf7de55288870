package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Vocabularies, texts and logits as people have them. */
class FieldTokensTest {
  private static final Path CASES = Path.of("src/test/resources/cases");
  private static final Object[] TINY = {
    "--dim", 16, "--depth", 1, "--seq-len", 32, "--batch", 2, "--steps", 2, "--dtype", "float32"
  };

  @TempDir Path directory;

  private static Object[] with(Object[] args, Object... more) {
    return java.util.stream.Stream.concat(
            java.util.stream.Stream.of(args), java.util.stream.Stream.of(more))
        .toArray();
  }

  private static JsonNode json(Command.Result result) throws IOException {
    return new ObjectMapper().readTree(result.ok().out());
  }

  @Test
  void anIdBetweenTokensHasNoTextAndIsNeverWritten() throws IOException {
    Path holes = CASES.resolve("unused-ids");
    Path run = directory.resolve("run");
    Object[] train = {"train", "--tokenizer", holes.resolve("holes.json"), "--out", run};
    Command.here(with(with(train, "--data", holes.resolve("ab.txt")), TINY)).ok();
    JsonNode found =
        json(
            Command.here(
                "eval", "--model", run, "--ids-file", holes.resolve("ids3.json"), "--json"));
    assertThat(found.path("tokens").asInt()).isEqualTo(3);
    assertThat(found.path("bytes").asInt()).as("a, b and a, each behind a space").isEqualTo(6);
    Command.Result ids =
        Command.here(
            "generate", "--model", run, "--prompt-ids=1,2", "--ids", "--max-new-tokens", 200);
    assertThat(ids.ok().out().strip().split(",")).hasSize(200).doesNotContain("2");
  }

  @Test
  void aPaddedVocabularyIsTrainedEvaluatedWrittenFromAndTaughtBy() throws IOException {
    Path text = Tiny.text(directory);
    Path config =
        Files.writeString(
            directory.resolve("padded.json"),
            "{\"num_tokens\": 50304, \"tokenizer\": \"gpt2\", \"dim\": 4, \"depth\": 1}");
    Path run = directory.resolve("run");
    Command.here(
            "train",
            "--config",
            config,
            "--data",
            text,
            "--out",
            run,
            "--steps",
            2,
            "--seq-len",
            32,
            "--batch",
            2)
        .ok();
    Path padding = Files.writeString(directory.resolve("ids.json"), "[[464, 50300, 464]]");
    JsonNode found = json(Command.here("eval", "--model", run, "--ids-file", padding, "--json"));
    assertThat(found.path("bytes").asInt()).isEqualTo(3);
    Command.Result ids =
        Command.here(
            "generate",
            "--model",
            run,
            "--prompt",
            "the",
            "--ids",
            "--max-new-tokens",
            300,
            "--temperature",
            100);
    assertThat(ids.ok().out().strip().split(","))
        .allSatisfy(id -> assertThat(Integer.parseInt(id)).isLessThan(50257));
    Command.here(
            "train",
            "--tokenizer",
            "gpt2",
            "--data",
            text,
            "--teacher",
            run,
            "--objective",
            "distillation",
            "--out",
            directory.resolve("taught"),
            "--steps",
            1,
            "--seq-len",
            32,
            "--batch",
            1,
            "--dim",
            4,
            "--depth",
            1)
        .ok();
  }

  @Test
  void theTokenThatEndsATextIsFoundStandsBetweenDocumentsAndGoesWithTheModel() throws IOException {
    Path run = directory.resolve("run");
    Path docs = CASES.resolve("end-token/docs.jsonl");
    Path file = CASES.resolve("end-token/vocabonly/tokenizer.json");
    Path tokens = directory.resolve("tokens");
    JsonNode prepared =
        json(
            Command.here(
                "prepare", "--data", docs, "--tokenizer", file, "--out", tokens, "--json"));
    long spaces = Files.readString(docs).chars().filter(c -> c == ' ').count();
    assertThat(prepared.path("train_tokens").asInt() + prepared.path("held_out_tokens").asInt())
        .as("a word before each space of a text, and an end for the one before it")
        .isEqualTo((int) spaces);
    Command.here(with(with(new Object[] {"train"}, "--data", tokens, "--out", run), TINY)).ok();
    for (String kept : new String[] {"best", "last"}) {
      assertThat(run.resolve(kept).resolve("tokenizer_config.json"))
          .hasSameTextualContentAs(file.resolveSibling("tokenizer_config.json"));
    }
    Command.Result bare =
        Command.process(
            directory,
            "prepare",
            "--data",
            docs.toAbsolutePath(),
            "--out",
            directory.resolve("bare"),
            "--tokenizer",
            Files.copy(file, directory.resolve("bare.json")));
    assertThat(bare.ok().err()).contains("bare.json: no token is known to end a text");
  }

  @Test
  void bitsPerByteCountTheTextsOwnBytesAlsoWhereItSpellsTokens() throws IOException {
    Path quoted = CASES.resolve("special-text/quoted.txt");
    Path file = CASES.resolve("special-text/tokenizer.json");
    Path run = directory.resolve("run");
    Object[] train = {"train", "--tokenizer", file, "--data", quoted, "--out", run, "--json"};
    JsonNode trained = json(Command.here(with(train, TINY)));
    JsonNode found = json(Command.here("eval", "--model", run, "--data", quoted, "--json"));
    long tail = Math.round(Files.size(quoted) * 0.05);
    assertThat(found.path("bytes").asLong())
        .as("all bytes of the end but those of the first token")
        .isBetween(tail - 20, tail - 1);
    assertThat(found.path("bits_per_byte")).isEqualTo(trained.path("bits_per_byte"));

    Path documents = directory.resolve("quoted.jsonl");
    String lines = Files.readString(quoted).replaceAll("(?m)^(.+)$", "{\"text\": \"$1\"}");
    Files.writeString(documents, lines);
    Path tokens = directory.resolve("tokens");
    Object[] prepare = {"prepare", "--data", documents, "--tokenizer", file, "--out", tokens};
    Command.here(with(prepare, "--held-out", 0.5)).ok();
    JsonNode manifest = new ObjectMapper().readTree(tokens.resolve("tokens.json").toFile());
    long heldOut = manifest.at("/shards/0/heldOutBytes").asLong();
    JsonNode rows = json(Command.here("eval", "--model", run, "--data", tokens, "--json"));
    assertThat(rows.path("bytes").asLong()).isBetween(heldOut - 20, heldOut - 1);
  }

  @Test
  void infiniteLogitsAreAnErrorAsThoseThatAreNoNumbersAre() {
    for (Object how : new Object[] {"--greedy", "--temperature=0.5", "--top-k=3"}) {
      Command.Result result =
          Command.here(
              "generate",
              "--model",
              CASES.resolve("infinite-logits/inf.pt"),
              "--prompt-ids",
              "1",
              how);
      assertThat(result.code()).isEqualTo(1);
      assertThat(result.err())
          .contains("Infinity", "are its weights valid?")
          .doesNotContain("\n\tat");
    }
  }
}
