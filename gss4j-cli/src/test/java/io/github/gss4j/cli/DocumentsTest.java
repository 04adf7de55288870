package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Documents: prepared, streamed, and what is wrong with them. */
class DocumentsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path TOKENIZER =
      Path.of("../gss4j-tokenizers/src/test/resources/tokenizer/bytelevel/tokenizer.json")
          .toAbsolutePath();
  private static final String WORDS = "the state of a gate is kept and read by every token öfter";

  @TempDir static Path directory;
  private static Path shards;

  @BeforeAll
  static void write() throws IOException {
    shards = Files.createDirectories(directory.resolve("c4"));
    for (int s = 0; s < 12; s++) {
      shard(shards.resolve("c4-train.%05d.json.gz".formatted(s)), s, 60, "");
    }
  }

  private static void shard(Path file, long seed, int documents, String more) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    String[] words = WORDS.split(" ", -1);
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < documents; i++) {
      StringBuilder text = new StringBuilder();
      for (int w = random.nextInt(60); w >= 0; w--) {
        text.append(words[random.nextInt(words.length)]).append(' ');
      }
      lines.append(JSON.writeValueAsString(Map.of("text", text + "" + i))).append('\n');
    }
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write((lines + more).getBytes(StandardCharsets.UTF_8));
    }
  }

  private static Map<String, String> content(Path home) throws IOException {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> files = Files.list(home)) {
      for (Path file : files.toList()) {
        byte[] bytes = Files.readAllBytes(file);
        content.put(file.getFileName().toString(), new String(bytes, StandardCharsets.ISO_8859_1));
      }
    }
    return content;
  }

  private static Object[] prepare(Path out, Object... more) {
    List<Object> args = new ArrayList<>(List.of("prepare", "--data", shards, "--out", out));
    args.addAll(Arrays.asList(more));
    return args.toArray();
  }

  @Test
  void aKilledPreparationGoesOnToTheSameFiles() throws Exception {
    Path unbroken = directory.resolve("unbroken");
    Command.here(prepare(unbroken, "--tokenizer", "gpt2", "--threads", 1)).ok();
    Path killed = directory.resolve("killed");
    for (String moment : List.of("00001.json", "00007.train.bin.writing")) {
      try (Command.Running running =
          Command.start(directory, prepare(killed, "--tokenizer", "gpt2"))) {
        while (running.process().isAlive() && !Files.exists(killed.resolve(moment))) {
          Thread.sleep(0, 100_000);
        }
        running.process().destroyForcibly().waitFor();
      }
    }
    Command.Result result = Command.process(directory, prepare(killed, "--tokenizer", "gpt2")).ok();
    assertThat(result.out()).contains("720 documents").contains("gss train --data " + killed);
    assertThat(content(killed)).isEqualTo(content(unbroken));
  }

  @Test
  void aParquetPartOfNoBytesHoldsNoDocuments() throws Exception {
    Path parts = Files.createDirectories(directory.resolve("parts"));
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckdb.createStatement()) {
      statement.execute(
          "COPY (SELECT 'document ' || i AS text FROM range(40) t(i)) TO '%s' (FORMAT parquet)"
              .formatted(parts.resolve("a.parquet")));
    }
    Files.createFile(parts.resolve("b.parquet"));
    Command.Result result =
        Command.here("prepare", "--data", parts, "--out", directory.resolve("no-bytes")).ok();
    assertThat(result.out()).contains("40 documents");
  }

  @Test
  void aStreamedRunThatIsKilledGoesOnToTheSameBits() throws Exception {
    Object[] settings = {
      "--stream", "--shuffle-buffer", 50, "--steps", 60, "--save-every", 7, "--accumulate", 2
    };
    Path unbroken = directory.resolve("run-unbroken");
    Command.process(directory, with(settings, "--out", unbroken)).ok();
    Path killed = directory.resolve("run-killed");
    try (Command.Running running = Command.start(directory, with(settings, "--out", killed))) {
      while (!Files.exists(killed.resolve("step-21"))) {
        assertThat(running.process().isAlive()).isTrue();
        Thread.sleep(1);
      }
      running.process().destroyForcibly().waitFor();
    }
    Command.process(directory, "train", "--resume", killed).ok();
    assertThat(new RunFiles(killed).metrics()).isEqualTo(new RunFiles(unbroken).metrics());
    JsonNode state = JSON.readTree(killed.resolve("last/training.json").toFile());
    assertThat(state.path("position").path("place").asInt()).isBetween(1, 11);
  }

  private static Object[] with(Object[] settings, Object... more) {
    List<Object> all = new ArrayList<>(List.of(settings));
    all.addAll(List.of(more));
    return Tiny.train(shards, all.toArray());
  }

  @Test
  void aPreparedCorpusBringsItsTokenizerToTheModel() throws IOException {
    Path own = Files.copy(TOKENIZER, directory.resolve("tokenizer.json"));
    Path prepared = directory.resolve("prepared");
    JsonNode made =
        JSON.readTree(Command.here(prepare(prepared, "--tokenizer", own, "--json")).ok().out());
    Files.delete(own);
    Path run = directory.resolve("run-prepared");
    Command.here(Tiny.train(prepared, "--out", run, "--steps", 2)).ok();
    JsonNode config = JSON.readTree(run.resolve("best/config.json").toFile());
    assertThat(config.path("tokenizer").asText()).isEqualTo("tokenizer.json");
    assertThat(config.path("num_tokens").asInt()).isGreaterThan(256).isLessThan(50_000);
    assertThat(run.resolve("best/tokenizer.json")).hasSameBinaryContentAs(TOKENIZER);

    String[] eval = {
      "eval", "--json", "--model", run.resolve("best") + "", "--data", prepared + ""
    };
    JsonNode result = JSON.readTree(Command.here((Object[]) eval).ok().out());
    assertThat(result.path("tokens").asLong()).isEqualTo(made.path("held_out_tokens").asLong() - 1);
    Command.here("train", "--resume", run).ok();
  }

  @Test
  void plainTextIsEncodedOnceAndMeasuredInItsBytes() throws IOException {
    Path text = Tiny.text(directory);
    Path run = directory.resolve("run-gpt2");
    Object[] train =
        Tiny.train(text, "--out", run, "--steps", 1, "--tokenizer", TOKENIZER, "--json");
    JsonNode outcome = JSON.readTree(Command.process(directory, train).ok().out());
    double loss = outcome.path("loss").asDouble();
    assertThat(outcome.path("bits_per_byte").asDouble())
        .isPositive()
        .isLessThan(loss / Math.log(2));
  }

  @Test
  void aRunLearnsItsTokenizerAndKeepsIt() throws IOException {
    Path text = Tiny.text(directory);
    Path run = directory.resolve("run-learned");
    Object[] train =
        Tiny.train(text, "--out", run, "--steps", 2, "--tokenizer", "bpe:300", "--json");
    JsonNode outcome = JSON.readTree(Command.here(train).ok().out());
    assertThat(outcome.path("bits_per_byte").asDouble())
        .isPositive()
        .isLessThan(outcome.path("loss").asDouble() / Math.log(2));
    JsonNode config = JSON.readTree(run.resolve("best/config.json").toFile());
    assertThat(config.path("tokenizer").asText()).isEqualTo("tokenizer.json");
    assertThat(config.path("num_tokens").asInt()).isEqualTo(300);
    assertThat(run.resolve("tokenizer.json"))
        .hasSameBinaryContentAs(run.resolve("best/tokenizer.json"));
    assertThat(JSON.readTree(run.resolve("run.json").toFile()).path("tokenizer").asText())
        .isEqualTo("bpe:300");

    Command.here("train", "--resume", run, "--steps", 3).ok();
    String from = run.resolve("best").toString();
    Path tuned = directory.resolve("run-learned-tuned");
    Command.here("train", "--start-from", from, "--data", text, "--out", tuned, "--steps", 1).ok();
    assertThat(tuned.resolve("best/tokenizer.json"))
        .hasSameBinaryContentAs(run.resolve("tokenizer.json"));
  }

  @TestFactory
  List<DynamicTest> wrongInputs() throws IOException {
    Path cut = shards.resolveSibling("cut.jsonl.gz");
    byte[] whole = Files.readAllBytes(shards.resolve("c4-train.00000.json.gz"));
    Files.write(cut, Arrays.copyOf(whole, whole.length / 2));
    Path none = Files.writeString(directory.resolve("none.jsonl"), "{\"body\": \"a\"}\n");
    Path urls = Files.writeString(directory.resolve("urls.txt"), "# list\nftp://a/b.jsonl\n");
    Path text = Files.writeString(directory.resolve("plain.txt"), "plain text of some bytes");
    Path out = directory.resolve("never");
    return List.of(
        wrong("cut.jsonl.gz: is broken after row", "prepare", "--data", cut, "--out", out),
        wrong(
            "nothing to train on in 0 documents (1", "prepare", "--data", none, "--out", out + "2"),
        wrong("urls.txt:2: 'ftp://a/b.jsonl'", "prepare", "--data", "urls:" + urls, "--out", out),
        wrong("no such file", "prepare", "--data", "urls:nowhere.txt", "--out", out),
        wrong("no file matches", "prepare", "--data", shards + "/*.jsonl.zst", "--out", out),
        wrong("a data set's files", "prepare", "--data", "hf:allenai/c4", "--out", out),
        wrong("holds other files", "prepare", "--data", text, "--out", shards),
        wrong("threads is 0", "prepare", "--data", text, "--out", out, "--threads", 0),
        wrong("'nothing'", "prepare", "--data", text, "--out", out, "--tokenizer", "nothing"),
        wrong(
            "which gss train learns from its text",
            "prepare",
            "--data",
            text,
            "--out",
            out,
            "--tokenizer",
            "bpe:300"),
        wrong(
            "tokenizer is bpe:20, expected",
            Tiny.train(text, "--out", out, "--tokenizer", "bpe:20")),
        wrong(
            "learned from plain text", Tiny.train(shards, "--out", out, "--tokenizer", "bpe:300")),
        wrong("held_out is 1.5", "prepare", "--data", text, "--out", out, "--held-out", 1.5),
        wrong("so stream says nothing", Tiny.train(text, "--out", out, "--stream")),
        wrong("shuffle_buffer is 0", Tiny.train(shards, "--out", out, "--shuffle-buffer", 0)),
        wrong("text_field is empty", Tiny.train(shards, "--out", out, "--text-field", "")),
        wrong(
            "beside validation",
            Tiny.train(shards, "--out", out, "--validation", none, "--held-out", 0.1)),
        wrong("'no-such'", Tiny.train(shards, "--out", out, "--tokenizer", "no-such")));
  }

  private static DynamicTest wrong(String expected, Object... args) {
    return DynamicTest.dynamicTest(
        expected,
        () -> {
          Command.Result result = Command.here(args);
          assertThat(result.code()).isIn(1, 2);
          assertThat(result.err()).startsWith("gss: ").contains(expected);
          assertThat(result.err().lines().toList()).hasSize(1);
          assertThat(result.err()).doesNotContain("Exception").doesNotContain("GSS_TRACE");
        });
  }
}
