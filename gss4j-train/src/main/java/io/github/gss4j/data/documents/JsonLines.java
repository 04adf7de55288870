package io.github.gss4j.data.documents;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/**
 * A JSON object a line, as C4 and its like come: {@code .jsonl}, {@code .jsonl.gz}, {@code
 * .json.gz}, {@code .jsonl.zst}, {@code .json.zst}.
 */
public final class JsonLines implements DocumentFormat {
  private static final int BUFFER_BYTES = 1 << 16;

  /** The largest window that a zstd file may ask for: 128 MB, as of {@code zstd --ultra -22}. */
  private static final int LONGEST_WINDOW_LOG = 27;

  @Override
  public boolean reads(String name) {
    return name.toLowerCase(Locale.ROOT).matches(".*\\.(jsonl|(json|jsonl)\\.(gz|zst))");
  }

  @Override
  public RowReader open(Path file, String textField) throws IOException {
    CountedInput disk = new CountedInput(Files.newInputStream(file));
    try {
      InputStream text = unpacked(file, new BufferedInputStream(disk, BUFFER_BYTES));
      return new LineReader(text, textField, disk, Files.size(file));
    } catch (IOException e) {
      disk.close();
      throw e;
    }
  }

  private static InputStream unpacked(Path file, InputStream packed) throws IOException {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".gz")) {
      return new GZIPInputStream(packed, BUFFER_BYTES);
    }
    if (name.endsWith(".zst")) {
      return new ZstdInputStream(packed).setLongMax(LONGEST_WINDOW_LOG);
    }
    return packed;
  }
}
