package io.github.gss4j.parquet;

import io.github.gss4j.data.documents.DocumentOptions;
import io.github.gss4j.data.documents.DocumentSource;
import io.github.gss4j.data.documents.Preparation;
import io.github.gss4j.fuzz.FuzzKind;
import io.github.gss4j.fuzz.Targets;
import io.github.gss4j.tokenizer.ByteTokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Documents in Parquet files, packed in every way. */
public final class ParquetKind implements FuzzKind {
  private Path out;

  @Override
  public String name() {
    return "parquet";
  }

  @Override
  public List<Path> prepare(Path home) throws IOException {
    out = home.resolve("prepared");
    List<Path> files = new ArrayList<>();
    for (String packed : List.of("uncompressed", "snappy", "gzip", "zstd")) {
      Path file = home.resolve(packed + ".parquet");
      try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
          Statement statement = connection.createStatement()) {
        statement.execute(
            "COPY (SELECT i AS id, CASE WHEN i = 7 THEN NULL ELSE 'text ü ' || i END AS text"
                + " FROM range(200) t(i)) TO '%s' (FORMAT parquet, COMPRESSION %s)"
                    .formatted(file, packed));
      } catch (SQLException e) {
        throw new IOException(e);
      }
      files.add(file);
    }
    return files;
  }

  @Override
  public void read(Path target) throws IOException {
    DocumentSource source =
        DocumentSource.parse(target.toString(), Optional.empty(), out, () -> null).orElseThrow();
    try {
      new Preparation(new ByteTokenizer(), 1, out, (shards, of, documents) -> {})
          .documents(source, Optional.empty(), new DocumentOptions("text", 0.3, false));
    } finally {
      Targets.delete(out);
    }
  }

  /** What DuckDB makes for each file. */
  @Override
  public long besidesBytes() {
    return 64L << 20;
  }
}
