package io.github.gss4j.data.documents;

import io.github.gss4j.data.GzipInput;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A JSON object a line, as in C4: {@code .jsonl}, {@code .jsonl.gz}, {@code .json.gz}, {@code
 * .jsonl.zst}, {@code .json.zst}; {@code .ndjson} and {@code .zstd} are other names for the same.
 */
final class JsonLines implements DocumentFormat {
  private static final int BUFFER_BYTES = 1 << 16;

  @Override
  public boolean reads(String name) {
    return name.toLowerCase(Locale.ROOT)
        .matches(".*\\.(jsonl|ndjson|(jsonl?|ndjson)\\.(gz|zstd?))");
  }

  @Override
  public RowReader open(Path file, DocumentOptions options) throws IOException {
    CountedInput disk = new CountedInput(Files.newInputStream(file));
    try {
      InputStream text = unpacked(file, new BufferedInputStream(disk, BUFFER_BYTES), options);
      return new LineReader(text, options.textField(), disk, Files.size(file));
    } catch (IOException e) {
      disk.close();
      throw e;
    }
  }

  private static InputStream unpacked(Path file, InputStream packed, DocumentOptions options)
      throws IOException {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".gz")) {
      return new GzipInput(packed);
    }
    if (name.endsWith(".zst") || name.endsWith(".zstd")) {
      return new ZstdInput(file, packed, options.zstdLong());
    }
    return packed;
  }
}
