package io.github.gss4j.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Where the entries of a zip archive lie, so that they can be read in place; zip64 included.
 *
 * <p>Names are labels alone: nothing is ever unpacked to disk. Entries must be stored, not
 * compressed, as {@code torch.save} stores them: so no entry is larger than the file.
 */
final class ZipDirectory {
  private static final int END_BYTES = 22;
  private static final int END64_BYTES = 56;
  private static final int LOCATOR_BYTES = 20;
  private static final int HEADER_BYTES = 46;
  private static final int LOCAL_BYTES = 30;
  private static final int MAX_COMMENT_BYTES = 0xffff;
  private static final int MAX_DIRECTORY_BYTES = 64 << 20;
  private static final long IN_ZIP64 = 0xffff_ffffL;
  private static final int STORED = 0;

  /** A record of the directory. */
  private record Header(int method, long packed, long bytes, long position) {}

  private final Path file;
  private final FileChannel channel;
  private final long start;
  private final Map<String, Header> headers = new LinkedHashMap<>();

  /**
   * Reads the directory at the end of an archive.
   *
   * @throws CheckpointException if there is none or it is invalid
   */
  ZipDirectory(Path file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    FileSpan directory = locate();
    if (directory.position() < 0
        || directory.bytes() < 0
        || directory.position() > channel.size() - directory.bytes()) {
      throw broken(
          "says its directory has %d bytes at %d, but the file has %d (cut short?)"
              .formatted(directory.bytes(), directory.position(), channel.size()));
    }
    if (directory.bytes() > MAX_DIRECTORY_BYTES) {
      throw broken(
          "has a directory of %d bytes, expected at most %d"
              .formatted(directory.bytes(), MAX_DIRECTORY_BYTES));
    }
    start = directory.position();
    ByteBuffer records = FileIo.readFully(channel, (int) directory.bytes(), directory.position());
    while (records.hasRemaining()) {
      addRecord(records);
    }
  }

  private FileSpan locate() throws IOException {
    long size = channel.size();
    int tailBytes = (int) Math.min(size, END_BYTES + MAX_COMMENT_BYTES);
    ByteBuffer tail = FileIo.readFully(channel, tailBytes, size - tailBytes);
    for (int at = tailBytes - END_BYTES; at >= 0; at--) {
      if (tail.getInt(at) == 0x06054b50 && at + END_BYTES + u2(tail, at + 20) == tailBytes) {
        FileSpan large = locate64(size - tailBytes + at);
        return large != null ? large : new FileSpan(u4(tail, at + 16), u4(tail, at + 12));
      }
    }
    throw broken("has no directory at its end (cut short?)");
  }

  private FileSpan locate64(long end) throws IOException {
    if (end < LOCATOR_BYTES) {
      return null;
    }
    ByteBuffer locator = FileIo.readFully(channel, LOCATOR_BYTES, end - LOCATOR_BYTES);
    if (locator.getInt(0) != 0x07064b50) {
      return null;
    }
    long position = locator.getLong(8);
    if (position < 0 || position > end - LOCATOR_BYTES - END64_BYTES) {
      throw broken("says its zip64 directory ends at byte " + position + ", outside the file");
    }
    ByteBuffer end64 = FileIo.readFully(channel, END64_BYTES, position);
    if (end64.getInt(0) != 0x06064b50) {
      throw broken("has no zip64 directory end at byte " + position);
    }
    return new FileSpan(end64.getLong(48), end64.getLong(40));
  }

  private void addRecord(ByteBuffer records) {
    int at = records.position();
    if (records.remaining() < HEADER_BYTES || records.getInt(at) != 0x02014b50) {
      throw broken("has a directory that breaks off after " + headers.size() + " entries");
    }
    int nameBytes = u2(records, at + 28);
    int extraBytes = u2(records, at + 30);
    int bytes = HEADER_BYTES + nameBytes + extraBytes + u2(records, at + 32);
    if (records.remaining() < bytes) {
      throw broken("has a directory that breaks off after " + headers.size() + " entries");
    }
    String name =
        StandardCharsets.UTF_8.decode(records.slice(at + HEADER_BYTES, nameBytes)).toString();
    ByteBuffer extra =
        records.slice(at + HEADER_BYTES + nameBytes, extraBytes).order(records.order());
    long[] wide = {u4(records, at + 24), u4(records, at + 20), u4(records, at + 42)};
    widen(wide, extra);
    if (headers.put(name, new Header(u2(records, at + 10), wide[1], wide[0], wide[2])) != null) {
      throw broken("has two entries '" + name + "'");
    }
    records.position(at + bytes);
  }

  /** Replaces the numbers that do not fit 32 bits by those of the zip64 field, in its order. */
  private static void widen(long[] numbers, ByteBuffer extra) {
    while (extra.remaining() >= 4) {
      int id = extra.getShort();
      int length = Math.min(extra.getShort() & 0xffff, extra.remaining());
      if (id == 1) {
        ByteBuffer field = extra.slice(extra.position(), length).order(extra.order());
        for (int i = 0; i < numbers.length; i++) {
          if (numbers[i] == IN_ZIP64 && field.remaining() >= 8) {
            numbers[i] = field.getLong();
          }
        }
      }
      extra.position(extra.position() + length);
    }
  }

  /** The names of all entries, in the directory's order. */
  Set<String> names() {
    return Collections.unmodifiableSet(headers.keySet());
  }

  /**
   * Where an entry's bytes lie.
   *
   * @throws CheckpointException if there is no such entry, or it is compressed or outside the file
   */
  FileSpan span(String name) throws IOException {
    Header header = headers.get(name);
    if (header == null) {
      throw broken("has no entry '" + name + "'");
    }
    if (header.method() != STORED || header.packed() != header.bytes()) {
      throw broken(
          ("has entry '%s' compressed, %d bytes that say they become %d; expected it stored as"
                  + " torch.save does: save the file again with torch.save")
              .formatted(name, header.packed(), header.bytes()));
    }
    if (header.position() < 0 || header.position() > start - LOCAL_BYTES) {
      throw outside(name, header);
    }
    ByteBuffer local = FileIo.readFully(channel, LOCAL_BYTES, header.position());
    if (local.getInt(0) != 0x04034b50) {
      throw broken(
          "has no entry at byte " + header.position() + ", where '" + name + "' should be");
    }
    long position = header.position() + LOCAL_BYTES + u2(local, 26) + u2(local, 28);
    if (header.bytes() < 0 || header.bytes() > start - position) {
      throw outside(name, header);
    }
    return new FileSpan(position, header.bytes());
  }

  private CheckpointException outside(String name, Header header) {
    return broken(
        "says entry '%s' has %s bytes at %s, but its directory begins at %d"
            .formatted(
                name,
                Long.toUnsignedString(header.bytes()),
                Long.toUnsignedString(header.position()),
                start));
  }

  private CheckpointException broken(String problem) {
    return new CheckpointException(file, "the zip archive " + problem);
  }

  private static int u2(ByteBuffer buffer, int at) {
    return buffer.getShort(at) & 0xffff;
  }

  private static long u4(ByteBuffer buffer, int at) {
    return buffer.getInt(at) & IN_ZIP64;
  }
}
