package io.github.gss4j.data.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines of JSON, packed or not. */
class JsonLinesTest {
  private static final DocumentOptions OPTIONS = new DocumentOptions("text", 0.1, false);

  @TempDir Path dir;

  private static List<String> read(Path file) throws IOException {
    List<String> rows = new ArrayList<>();
    try (RowReader reader = new JsonLines().open(file, OPTIONS)) {
      for (Optional<Row> row = reader.next(); row.isPresent(); row = reader.next()) {
        String what;
        try {
          what = row.get().text();
        } catch (BrokenRowException e) {
          what = "broken: " + e.getMessage();
        }
        rows.add(row.get().number() + " " + what);
      }
      assertThat(reader.progress()).isEqualTo(1);
    }
    return rows;
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.jsonl", "a.jsonl.gz", "a.JSON.gz", "a.jsonl.zst", "a.json.zst"})
  void rowsAreReadFromEveryKind(String name) throws IOException {
    assertThat(new JsonLines().reads(name)).isTrue();
    String longOne = "ä".repeat(100_000);
    Path file = dir.resolve(name);
    Shards.write(file, Shards.lines(List.of("one", "", longOne)) + "\n  \r\n{\"text\":\"end\"}");
    assertThat(read(file)).containsExactly("1 one", "2 ", "3 " + longOne, "6 end");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.json", "a.txt", "a.gz", "a.txt.gz", "jsonl"})
  void otherFilesHoldNoDocuments(String name) {
    assertThat(new JsonLines().reads(name)).isFalse();
  }

  @Test
  void whatIsNoDocumentSaysWhy() throws IOException {
    Path file =
        Shards.write(
            dir.resolve("b.jsonl"),
            """
            {"text":null}
            [1]
            {"text":"a"} 7
            {"a":{"text":"b"}}
            {"text":"a
            {"n":[{"text":1}],"text":"ok"}
            7
            """);
    assertThat(read(file))
        .satisfiesExactly(
            r -> assertThat(r).isEqualTo("1 broken: has no text in the field 'text'"),
            r -> assertThat(r).isEqualTo("2 broken: is not a JSON object"),
            r -> assertThat(r).isEqualTo("3 broken: has more than one JSON object"),
            r -> assertThat(r).isEqualTo("4 broken: has no field 'text'"),
            r -> assertThat(r).startsWith("5 broken: is not a JSON object: "),
            r -> assertThat(r).isEqualTo("6 ok"),
            r -> assertThat(r).isEqualTo("7 broken: is not a JSON object"));
  }

  @Test
  void whatPythonsJsonReadsIsRead() throws IOException {
    Path file =
        Shards.write(
            dir.resolve("p.jsonl"),
            "\ufeff{\"text\":\"byte order mark\"}\r\n"
                + "{\"a\":NaN,\"b\":[Infinity,-Infinity],\"text\":\"nan\"}\n"
                + "{\"a\":"
                + "1".repeat(5000)
                + ",\"text\":\"long number\"}\n"
                + "{\""
                + "n".repeat(70_000)
                + "\":1,\"text\":\"long name\"}\n"
                + "{\"text\":null,\"text\":\"the last counts\"}\n"
                + "{\"text\":\"no\",\"text\":[\"a\"]}\n"
                + "{\"text\":NaN}\n");
    assertThat(read(file))
        .containsExactly(
            "1 byte order mark",
            "2 nan",
            "3 long number",
            "4 long name",
            "5 the last counts",
            "6 broken: has no text in the field 'text'",
            "7 broken: has no text in the field 'text'");
  }

  @Test
  void overlongUtf8IsABrokenRow() throws IOException {
    byte[] line = "{\"text\":\"a??b\"}\n".getBytes(StandardCharsets.UTF_8);
    line[10] = (byte) 0xc0;
    line[11] = (byte) 0x80;
    assertThat(read(Files.write(dir.resolve("o.jsonl"), line)))
        .containsExactly("1 broken: is not UTF-8");
  }

  @Test
  void bytesThatAreNoUtf8AreABrokenRow() throws IOException {
    byte[] line = "{\"text\":\"a?b\"}\n".getBytes(StandardCharsets.UTF_8);
    line[10] = (byte) 0xc3;
    assertThat(read(Files.write(dir.resolve("u.jsonl"), line)).get(0)).startsWith("1 broken: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"c.jsonl.gz", "c.jsonl.zst"})
  void aCutFileIsBrokenAndNotShort(String name) throws IOException {
    Path file = Shards.write(dir.resolve(name), Shards.lines(Shards.texts(0, 3000, 1)));
    byte[] all = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(all, all.length - 10));
    assertThatThrownBy(() -> read(file)).isInstanceOf(IOException.class);
    Files.write(file, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
    assertThatThrownBy(() -> read(file)).isInstanceOf(IOException.class);
  }
}
