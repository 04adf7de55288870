package io.github.gss4j.tracking;

import io.github.gss4j.files.AtomicFile;
import io.github.gss4j.files.OneLine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@code metrics.jsonl} of a run: one JSON object a line, each training step once.
 *
 * <p>Every line is handed to the operating system as it is appended, so that a process that is
 * killed leaves at most its last line torn. That one is dropped when the file is read or the run
 * resumed; any other line that cannot be read is an error. Used by one thread at a time.
 */
public final class MetricsLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsLog.class);

  private final Path file;
  private final Writer out;
  private long lastStep;

  private MetricsLog(Path file, Writer out, long lastStep) {
    this.file = file;
    this.out = out;
    this.lastStep = lastStep;
  }

  /**
   * Opens the file for appending, and makes it where there is none.
   *
   * @param resumedAtStep how many steps the run has behind it, 0 for a new one: lines of later
   *     steps, which will be measured again, are dropped
   * @throws IOException if the file cannot be written, or holds a line that cannot be read
   */
  public static MetricsLog open(Path file, long resumedAtStep) throws IOException {
    if (resumedAtStep < 0) {
      throw new IllegalArgumentException(
          "resumedAtStep is " + resumedAtStep + ", expected 0 or more");
    }
    List<MetricLine> kept = new ArrayList<>(Files.exists(file) ? read(file) : List.of());
    kept.removeIf(line -> line.step() > resumedAtStep);
    long lastStep =
        kept.stream().filter(MetricsLog::isOfAStep).mapToLong(MetricLine::step).max().orElse(0);
    if (lastStep < resumedAtStep) {
      LOG.warn(
          "{} ends at step {}, but the run continues from step {}: the steps between are lost",
          file,
          lastStep,
          resumedAtStep);
    }
    StringBuilder text = new StringBuilder();
    kept.forEach(line -> text.append(MetricJson.write(line)).append('\n'));
    AtomicFile.write(file, text);
    return new MetricsLog(
        file,
        Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.APPEND),
        lastStep);
  }

  /** Earlier classifiers kept validations alone. */
  private static boolean isOfAStep(MetricLine line) {
    return line instanceof MetricLine.Step || line instanceof MetricLine.Validation;
  }

  /**
   * Appends one line.
   *
   * @throws IllegalArgumentException for a training step that is not after all those in the file
   */
  public void append(MetricLine line) throws IOException {
    if (line instanceof MetricLine.Step step) {
      if (step.step() <= lastStep) {
        throw new IllegalArgumentException(
            "step is " + step.step() + ", but " + file + " already holds step " + lastStep);
      }
      lastStep = step.step();
    }
    out.write(MetricJson.write(line) + '\n');
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  /**
   * Reads a file, also one that a run is still writing.
   *
   * @return its lines in the file's order
   * @throws IOException if the file cannot be read, or one of its lines; it names the line's number
   */
  public static List<MetricLine> read(Path file) throws IOException {
    List<MetricLine> lines = new ArrayList<>();
    boolean lastIsWhole = endsWithLineEnd(file);
    try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      String text = in.readLine();
      for (int number = 1; text != null; number++) {
        String next = in.readLine();
        try {
          lines.add(MetricJson.read(text));
        } catch (IllegalArgumentException e) {
          if (next != null || lastIsWhole) {
            throw new IOException(OneLine.of(file + ": line " + number + " " + e.getMessage()), e);
          }
          LOG.warn("{}: line {} is cut short and left out: {}", file, number, OneLine.of(text));
        }
        text = next;
      }
    } catch (CharacterCodingException e) {
      throw new IOException(file + ": is not UTF-8 after line " + lines.size(), e);
    }
    return lines;
  }

  private static boolean endsWithLineEnd(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer last = ByteBuffer.allocate(1);
      return channel.size() > 0
          && channel.read(last, channel.size() - 1) == 1
          && last.get(0) == '\n';
    }
  }
}
