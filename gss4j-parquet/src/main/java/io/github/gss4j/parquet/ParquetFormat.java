package io.github.gss4j.parquet;

import io.github.gss4j.data.documents.DocumentFormat;
import io.github.gss4j.data.documents.DocumentOptions;
import io.github.gss4j.data.documents.RowReader;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Locale;

/** {@code .parquet} files with a column of texts, read row after row by DuckDB. */
public final class ParquetFormat implements DocumentFormat {
  @Override
  public boolean reads(String name) {
    return name.toLowerCase(Locale.ROOT).endsWith(PARQUET);
  }

  @Override
  public RowReader open(Path file, DocumentOptions options) throws IOException {
    try {
      return ParquetRows.open(file, options.textField());
    } catch (SQLException e) {
      throw new IOException(ParquetRows.reason(e), e);
    }
  }
}
