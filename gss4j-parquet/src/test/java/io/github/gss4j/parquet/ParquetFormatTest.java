package io.github.gss4j.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gss4j.data.DataException;
import io.github.gss4j.data.documents.BrokenRowException;
import io.github.gss4j.data.documents.DocumentFormat;
import io.github.gss4j.data.documents.DocumentOptions;
import io.github.gss4j.data.documents.Row;
import io.github.gss4j.data.documents.RowReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Documents out of Parquet files. */
class ParquetFormatTest {
  @TempDir Path dir;

  private Path write(String name, String query) throws SQLException {
    Path file = dir.resolve(name);
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute(
          "COPY (" + query + ") TO '" + file.toString().replace("'", "''") + "' (FORMAT parquet)");
    }
    return file;
  }

  private static List<String> read(Path file, String field) throws IOException {
    List<String> texts = new ArrayList<>();
    DocumentFormat format = DocumentFormat.of(file.getFileName().toString()).orElseThrow();
    try (RowReader reader = format.open(file, new DocumentOptions(field, 0.1, false))) {
      for (Optional<Row> row = reader.next(); row.isPresent(); row = reader.next()) {
        String text;
        try {
          text = row.get().text();
        } catch (BrokenRowException e) {
          text = e.getMessage();
        }
        texts.add(row.get().number() + " " + text);
      }
      assertThat(reader.progress()).isEqualTo(1);
    }
    return texts;
  }

  @Test
  void rowsComeInTheirOrder() throws Exception {
    Path file =
        write(
            "odd ['name]*.parquet",
            "SELECT i, CASE WHEN i = 2 THEN NULL ELSE 'text ü😀 ' || i END AS text"
                + " FROM range(1, 200001) t(i)");
    List<String> texts = read(file, "text");
    assertThat(texts).hasSize(200_000);
    assertThat(texts.get(0)).isEqualTo("1 text ü😀 1");
    assertThat(texts.get(1)).isEqualTo("2 has no text (null)");
    assertThat(texts.get(199_999)).isEqualTo("200000 text ü😀 200000");
    assertThat(texts.get(123_455)).isEqualTo("123456 text ü😀 123456");
  }

  @Test
  void aColumnThatIsNotThereOrNoTextIsNamed() throws Exception {
    Path file = write("a.parquet", "SELECT 1 AS id, 'x' AS \"bo\"\"dy\"");
    assertThat(read(file, "bo\"dy")).containsExactly("1 x");
    assertThatThrownBy(() -> read(file, "text"))
        .isInstanceOf(DataException.class)
        .hasMessage(file + ": has no column 'text': --text-field names one of [id, bo\"dy]");
    assertThatThrownBy(() -> read(file, "id"))
        .isInstanceOf(DataException.class)
        .hasMessage(file + ": column 'id' holds INTEGER, expected texts");
  }

  @Test
  void aDamagedFileIsAnError() throws Exception {
    Path file = write("a.parquet", "SELECT 'text ' || i AS text FROM range(1000) t(i)");
    byte[] all = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(all, all.length / 2));
    assertThatThrownBy(() -> read(file, "text")).isInstanceOf(IOException.class);
    byte[] wrong = all.clone();
    Arrays.fill(wrong, 10, all.length / 3, (byte) 0x5a);
    Files.write(file, wrong);
    assertThatThrownBy(() -> read(file, "text"))
        .isInstanceOf(IOException.class)
        .hasMessageNotContaining("\n");
  }

  private static List<String> field(String name) throws Exception {
    return read(Path.of(ParquetFormatTest.class.getResource("/field/" + name).toURI()), "text");
  }

  @Test
  void aColumnOfBytesWithoutATypeIsText() throws Exception {
    assertThat(field("binary-column.parquet"))
        .hasSize(40)
        .startsWith("1 document number 0 with some words é")
        .noneMatch(row -> row.contains("UTF-8"));
  }

  @Test
  void oneStringThatIsNoUtf8IsOneBrokenRow() throws Exception {
    assertThat(field("one-bad-string.parquet"))
        .hasSize(40)
        .startsWith(
            "1 document number 0 with some words",
            "2 is not UTF-8",
            "3 document number 2 with some words")
        .filteredOn(row -> row.contains("UTF-8"))
        .hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bad-strings-dict.parquet", "bad-strings-delta-byte-array.parquet"})
  void badStringsAreBrokenRowsHoweverTheyArePacked(String name) throws Exception {
    assertThat(field(name))
        .containsExactly(
            "1 ok",
            "2 is not UTF-8",
            "3 is not UTF-8",
            "4 is not UTF-8",
            "5 x\0y",
            "6 has no text (null)",
            "7 is not UTF-8");
  }

  @Test
  void aColumnOfJsonIsText() throws Exception {
    assertThat(field("json-column.parquet"))
        .containsExactly("1 {\"a\":1}", "2 [\"é\"]", "3 has no text (null)", "4 \"x\"");
  }

  @Test
  void namesOfDirectoriesAreNoColumns() throws Exception {
    Files.createDirectories(dir.resolve("text=other"));
    assertThat(read(write("text=other/a.parquet", "SELECT 'mine' AS text"), "text"))
        .containsExactly("1 mine");
  }

  @Test
  void aTextFarLargerThanItsFileIsRead() throws Exception {
    Path file = write("long.parquet", "SELECT repeat('0123456789', 5000000) AS text");
    assertThat(Files.size(file)).isLessThan(4 << 20);
    assertThat(read(file, "text"))
        .singleElement()
        .satisfies(r -> assertThat(r).hasSize(50_000_002));
  }

  /** Its head promises so many values that 4 GB were taken for them. */
  @Test
  void aPageThatPromisesTooMuchIsDamagedAndTakesNoMemory() throws Exception {
    assertThatThrownBy(() -> field("promises-too-much.parquet")).isInstanceOf(IOException.class);
    assertThat(Files.readString(Path.of("/proc/self/status")))
        .satisfies(status -> assertThat(peakKilobytes(status)).isLessThan(3L << 20));
  }

  private static long peakKilobytes(String status) {
    String peak = status.lines().filter(l -> l.startsWith("VmHWM")).findFirst().orElseThrow();
    return Long.parseLong(peak.replaceAll("\\D", ""));
  }
}
