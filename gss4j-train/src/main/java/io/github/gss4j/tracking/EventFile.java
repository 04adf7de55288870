package io.github.gss4j.tracking;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * A file of events as TensorBoard reads them: records of TensorFlow's TFRecord form, each a
 * protobuf message {@code tensorflow.Event}.
 *
 * <pre>
 * uint64 length, uint32 masked CRC32C of it, the message, uint32 masked CRC32C of the message
 * </pre>
 *
 * <p>Little-endian. Every event is handed to the operating system as it comes. A run that is
 * continued has a file of its own, which begins by telling TensorBoard to forget the steps that are
 * taken again. Used by one thread at a time.
 */
public final class EventFile implements AutoCloseable {
  private static final Pattern NAME = Pattern.compile("events\\.out\\.tfevents\\.(\\d{10})\\..*");
  private static final int CRC_MASK = 0xa282ead8;

  private final Path file;
  private final OutputStream out;

  private EventFile(Path file, OutputStream out) {
    this.file = file;
    this.out = out;
  }

  /**
   * A new file in a directory, which is made where there is none.
   *
   * @param resumedAtStep how many steps the run has behind it: what other files there say of later
   *     ones no longer holds
   */
  public static EventFile open(Path directory, long resumedAtStep) throws IOException {
    Files.createDirectories(directory);
    // files are read in the order of their names, so each must come after those before
    long second = Math.max(System.currentTimeMillis() / 1000, newest(directory) + 1);
    String name = String.format(Locale.ROOT, "events.out.tfevents.%010d.gss4j", second);
    Path file = directory.resolve(name);
    EventFile events =
        new EventFile(
            file,
            Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    events.write(EventMessages.version());
    events.write(EventMessages.sessionStart(resumedAtStep + 1));
    return events;
  }

  private static long newest(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(f -> NAME.matcher(f.getFileName().toString()))
          .filter(Matcher::matches)
          .mapToLong(m -> Long.parseLong(m.group(1)))
          .max()
          .orElse(0);
    }
  }

  /** Adds what was seen at one step. */
  public void add(long step, Summary summary) throws IOException {
    write(EventMessages.event(step, summary.bytes()));
  }

  /** The file. */
  Path file() {
    return file;
  }

  private void write(byte[] message) throws IOException {
    byte[] length =
        ByteBuffer.allocate(Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(message.length)
            .array();
    ByteBuffer record =
        ByteBuffer.allocate(message.length + Long.BYTES + 2 * Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(length)
            .putInt(maskedCrc(length))
            .put(message)
            .putInt(maskedCrc(message));
    out.write(record.array());
  }

  /** A CRC as TFRecord stores it: turned by 15 bits and added to, so that no CRC is of a CRC. */
  static int maskedCrc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return Integer.rotateRight((int) crc.getValue(), 15) + CRC_MASK;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
