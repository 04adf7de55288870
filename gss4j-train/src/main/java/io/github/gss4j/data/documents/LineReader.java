package io.github.gss4j.data.documents;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Cuts a stream into lines. Blank lines count as lines, but are not rows. */
final class LineReader implements RowReader {
  private static final int CHUNK_BYTES = 1 << 16;

  /** More is no line of a document: it is skipped as a broken one. */
  static final int MOST_LINE_BYTES = 1 << 28;

  private final InputStream in;
  private final String textField;
  private final CountedInput disk;
  private final long diskBytes;
  private final byte[] chunk = new byte[CHUNK_BYTES];
  private int at;
  private int end;
  private long line;

  LineReader(InputStream in, String textField, CountedInput disk, long diskBytes) {
    this.in = in;
    this.textField = textField;
    this.disk = disk;
    this.diskBytes = diskBytes;
  }

  @Override
  public Optional<Row> next() throws IOException {
    while (true) {
      if (at == end && !fill()) {
        return Optional.empty();
      }
      line++;
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
      boolean tooLong = !rest(bytes);
      if (tooLong || !isBlank(bytes)) {
        return Optional.of(new JsonRow(line, bytes.toByteArray(), textField, tooLong));
      }
    }
  }

  private boolean fill() throws IOException {
    at = 0;
    end = Math.max(0, in.read(chunk, 0, chunk.length));
    return end > 0;
  }

  /** Reads to the end of the line; false where it is too long to be kept. */
  private boolean rest(ByteArrayOutputStream bytes) throws IOException {
    boolean kept = true;
    do {
      int stop = at;
      while (stop < end && chunk[stop] != '\n') {
        stop++;
      }
      if (bytes.size() + (stop - at) > MOST_LINE_BYTES) {
        kept = false;
        bytes.reset();
      } else if (kept) {
        bytes.write(chunk, at, stop - at);
      }
      at = stop;
      if (at < end) {
        at++;
        return kept;
      }
    } while (fill());
    return kept;
  }

  private static boolean isBlank(ByteArrayOutputStream bytes) {
    return bytes.size() < 4096 && bytes.toString(StandardCharsets.UTF_8).isBlank();
  }

  @Override
  public double progress() {
    return diskBytes == 0 ? 1 : Math.min(1, (double) disk.bytes() / diskBytes);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
