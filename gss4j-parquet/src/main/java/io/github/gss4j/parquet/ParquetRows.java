package io.github.gss4j.parquet;

import io.github.gss4j.data.DataException;
import io.github.gss4j.data.documents.BrokenRowException;
import io.github.gss4j.data.documents.Row;
import io.github.gss4j.data.documents.RowReader;
import io.github.gss4j.files.OneLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/**
 * The rows of one file in their order, streamed: memory does not grow with the file. As Spark and
 * Hive write them, bytes that no type is given for are texts in UTF-8.
 *
 * <p>What is not UTF-8 would end the query. So the column is read twice side by side, such bytes
 * replaced in the one and left out in the other: where the two differ, the row is broken.
 */
final class ParquetRows implements RowReader {
  private static final long BESIDES_BYTES = 1L << 30;

  /** More is no document: it is left out as a broken row. */
  private static final int MOST_BYTES = 1 << 28;

  private static final Set<String> TEXT_TYPES = Set.of("VARCHAR", "JSON");

  private final Connection connection;
  private final PreparedStatement statement;
  private final ResultSet rows;
  private final long total;
  private long number;

  private ParquetRows(Connection connection, Path file, String textField) throws SQLException {
    this.connection = connection;
    this.total = count(connection, file);
    String column = '"' + textField.replace("\"", "\"\"") + '"';
    this.statement =
        connection.prepareStatement(
            String.format(
                "SELECT CASE WHEN strlen(a.%1$s) <= %4$d THEN a.%1$s END, strlen(a.%1$s),"
                    + " a.%1$s IS DISTINCT FROM b.%1$s FROM %2$s a POSITIONAL JOIN %3$s b",
                column, table(file, "replace"), table(file, "ignore"), MOST_BYTES));
    this.rows = statement.executeQuery();
  }

  /** A file, its columns alone: names such as {@code lang=en} of directories around it are none. */
  private static String table(Path file, String whatIsNotUtf8) {
    return String.format(
        "read_parquet('%s', binary_as_string = true, hive_partitioning = false,"
            + " utf8_validation = '%s')",
        quoted(file), whatIsNotUtf8);
  }

  /** A path as it stands between quotes; DuckDB would take some characters in it as a glob. */
  private static String quoted(Path file) {
    return file.toAbsolutePath().toString().replace("'", "''").replaceAll("[\\[*?]", "[$0]");
  }

  /** What DuckDB may take: a damaged file may promise pages of any size. */
  private static long mostBytes(Path file) throws IOException {
    return BESIDES_BYTES + 4 * Files.size(file);
  }

  static ParquetRows open(Path file, String textField) throws SQLException, IOException {
    Properties settings = new Properties();
    settings.setProperty("memory_limit", mostBytes(file) + "B");
    settings.setProperty("jdbc_stream_results", "true");
    settings.setProperty("preserve_insertion_order", "true");
    settings.setProperty("threads", "1");
    settings.setProperty("autoinstall_known_extensions", "false");
    Connection connection = DriverManager.getConnection("jdbc:duckdb:", settings);
    try {
      checkColumn(connection, file, textField);
      return new ParquetRows(connection, file, textField);
    } catch (SQLException | DataException e) {
      connection.close();
      throw e;
    }
  }

  private static void checkColumn(Connection connection, Path file, String textField)
      throws SQLException {
    List<String> columns = new ArrayList<>();
    try (PreparedStatement describe =
            connection.prepareStatement("DESCRIBE SELECT * FROM " + table(file, "strict"));
        ResultSet found = describe.executeQuery()) {
      while (found.next()) {
        columns.add(found.getString(1));
        if (found.getString(1).equals(textField)) {
          if (!TEXT_TYPES.contains(found.getString(2))) {
            throw new DataException(
                file,
                "column '" + textField + "' holds " + found.getString(2) + ", expected texts");
          }
          return;
        }
      }
    }
    throw new DataException(
        file, "has no column '" + textField + "': --text-field names one of " + columns);
  }

  private static long count(Connection connection, Path file) throws SQLException {
    try (PreparedStatement count =
            connection.prepareStatement("SELECT count(*) FROM " + table(file, "strict"));
        ResultSet found = count.executeQuery()) {
      found.next();
      return found.getLong(1);
    }
  }

  /** The first line of what DuckDB says. */
  static String reason(SQLException e) {
    return OneLine.of(String.valueOf(e.getMessage()).lines().findFirst().orElse("unreadable"));
  }

  /** A row's text. */
  private record TextRow(long number, String value, long length, boolean isBroken) implements Row {
    @Override
    public long bytes() {
      return value == null ? 0 : length;
    }

    @Override
    public String text() throws BrokenRowException {
      if (isBroken) {
        throw new BrokenRowException("is not UTF-8");
      }
      if (length > MOST_BYTES) {
        throw new BrokenRowException("is longer than " + MOST_BYTES + " bytes");
      }
      if (value == null) {
        throw new BrokenRowException("has no text (null)");
      }
      return value;
    }
  }

  @Override
  public Optional<Row> next() throws IOException {
    try {
      if (!rows.next()) {
        return Optional.empty();
      }
      number++;
      return Optional.of(
          new TextRow(number, rows.getString(1), rows.getLong(2), rows.getBoolean(3)));
    } catch (SQLException e) {
      throw new IOException(reason(e), e);
    }
  }

  @Override
  public double progress() {
    return total == 0 ? 1 : (double) number / total;
  }

  @Override
  public void close() throws IOException {
    try (connection;
        statement;
        rows) {
      number = total;
    } catch (SQLException e) {
      throw new IOException(reason(e), e);
    }
  }
}
