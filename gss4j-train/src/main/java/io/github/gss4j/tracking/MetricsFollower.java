package io.github.gss4j.tracking;

import io.github.gss4j.files.OneLine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads a {@code metrics.jsonl} as it grows in another process: what was measured is given once,
 * also where the run is resumed and measures some steps again. Used by one thread at a time.
 */
public final class MetricsFollower {
  private static final int CHUNK_BYTES = 1 << 16;

  private final Path file;
  private final ByteArrayOutputStream torn = new ByteArrayOutputStream();
  private final Set<Class<?>> givenOfStep = new HashSet<>();
  private Object fileKey;
  private long position;
  private long step = -1;

  /** Begins at the start of the file, which need not be there yet. */
  public MetricsFollower(Path file) {
    this.file = file;
  }

  /**
   * What has been added since the last call; empty where there is no file.
   *
   * @throws IOException if the file cannot be read, or a whole line of it
   */
  public List<MetricLine> poll() throws IOException {
    List<MetricLine> found = new ArrayList<>();
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      // a resumed run puts another file in its place
      Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
      if (in.size() < position || (key != null && !key.equals(fileKey))) {
        fileKey = key;
        position = 0;
        torn.reset();
      }
      in.position(position);
      ByteBuffer bytes = ByteBuffer.allocate(CHUNK_BYTES);
      while (in.read(bytes) > 0) {
        position += bytes.position();
        bytes.flip();
        take(bytes, found);
        bytes.clear();
      }
    } catch (NoSuchFileException notYet) {
      return List.of();
    }
    return found;
  }

  private void take(ByteBuffer bytes, List<MetricLine> found) throws IOException {
    while (bytes.hasRemaining()) {
      byte next = bytes.get();
      if (next != '\n') {
        torn.write(next);
        continue;
      }
      String text = torn.toString(StandardCharsets.UTF_8);
      torn.reset();
      MetricLine line = parse(text);
      if (isNew(line)) {
        found.add(line);
      }
    }
  }

  private MetricLine parse(String text) throws IOException {
    try {
      return MetricJson.read(text);
    } catch (IllegalArgumentException e) {
      throw new IOException(OneLine.of(file + ": a line " + e.getMessage() + ": " + text), e);
    }
  }

  /** Whether it is of a later step than all before, or another thing measured after the last. */
  private boolean isNew(MetricLine line) {
    if (line.step() < step) {
      return false;
    }
    if (line.step() > step) {
      step = line.step();
      givenOfStep.clear();
    }
    Class<?> kind =
        line instanceof MetricLine.Evaluation evaluation && evaluation.whole()
            ? MetricLine.class // the last one, of the whole text, beside one of a slice
            : line.getClass();
    return givenOfStep.add(kind);
  }
}
