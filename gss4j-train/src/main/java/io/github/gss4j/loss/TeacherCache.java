package io.github.gss4j.loss;

import io.github.gss4j.files.Digests;
import io.github.gss4j.files.ProcessLocks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file to which a teacher's word on each sequence is appended, found again by the sequence's ids.
 *
 * <p>The head names the teacher, the temperature and k; each record has a head (SHA-256 of the ids,
 * their number, checksums) and {@link TopTokens}. All is checked by CRC-32C as it is read. What a
 * kill left half written at the end is cut off when the file is opened again; any other damage is
 * an error. Of one process and one thread at a time.
 */
final class TeacherCache implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TeacherCache.class);
  private static final byte[] MAGIC = "gss4jTK1".getBytes(StandardCharsets.US_ASCII);
  private static final int KEY = 32;
  private static final int RECORD_HEAD = KEY + 4 + 4 + 4;
  private static final String REMEDY = "; delete it, and the teacher will be asked again";

  private final Path file;
  private final FileChannel channel;
  private final int count;
  private final Map<ByteBuffer, Long> positions = new HashMap<>();
  private long end;

  private TeacherCache(Path file, FileChannel channel, int count) {
    this.file = file;
    this.channel = channel;
    this.count = count;
  }

  /**
   * Opens the file of a teacher, and makes it where there is none.
   *
   * @param fingerprint of the teacher
   * @param count k
   * @throws TeacherCacheException if the file is damaged, in use, or cannot be written
   */
  static TeacherCache open(Path directory, String fingerprint, double temperature, int count) {
    byte[] teacher = sha256(ByteBuffer.wrap(fingerprint.getBytes(StandardCharsets.UTF_8)));
    String name =
        HexFormat.of().formatHex(teacher, 0, 8) + "-t" + temperature + "-k" + count + ".lessons";
    Path file = directory.resolve(name);
    FileChannel channel = null;
    try {
      Files.createDirectories(directory);
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (!ProcessLocks.take(channel, file)) {
        throw inUse(file);
      }
      TeacherCache cache = new TeacherCache(file, channel, count);
      cache.start(head(teacher, temperature, count));
      return cache;
    } catch (IOException e) {
      closeQuietly(channel);
      throw new TeacherCacheException(file, "cannot be opened", e);
    } catch (TeacherCacheException e) {
      closeQuietly(channel);
      throw e;
    }
  }

  private static TeacherCacheException inUse(Path file) {
    return new TeacherCacheException(
        file, "another run is using it: give each its own teacher_cache");
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      LOG.debug("a channel that is given up could not be closed", e);
    }
  }

  private static ByteBuffer head(byte[] teacher, double temperature, int count) {
    ByteBuffer head = TopTokens.buffer(MAGIC.length + KEY + 8 + 4 + 4);
    head.put(MAGIC).put(teacher).putDouble(temperature).putInt(count);
    return head.putInt(checksum(head, head.position())).flip();
  }

  /** Reads the head of every record, or writes the file's where it is new. */
  private void start(ByteBuffer head) throws IOException {
    if (channel.size() < head.limit()) { // new, or a kill came
      if (!read(0, (int) channel.size()).equals(head.slice(0, (int) channel.size()))) {
        throw new TeacherCacheException(file, "is not a cache of a teacher: move it away");
      }
      channel.truncate(0);
      write(head, 0);
      end = head.limit();
      return;
    }
    if (!read(0, head.limit()).equals(head)) {
      throw new TeacherCacheException(file, "its head is damaged" + REMEDY);
    }
    end = head.limit();
    long size = channel.size();
    while (size - end >= RECORD_HEAD) {
      ByteBuffer record = head(end);
      long next = end + RECORD_HEAD + TopTokens.size(record.getInt(KEY), count);
      if (next > size) {
        break;
      }
      positions.put(key(record), end);
      end = next;
    }
    if (end < size) {
      LOG.warn("{}: the last {} bytes are half a record and are cut off", file, size - end);
      channel.truncate(end);
    }
  }

  private ByteBuffer head(long at) throws IOException {
    ByteBuffer record = read(at, RECORD_HEAD);
    boolean sound = checksum(record, RECORD_HEAD - 4) == record.getInt(RECORD_HEAD - 4);
    if (!sound || record.getInt(KEY) < 1) {
      throw damaged(at);
    }
    return record;
  }

  private TeacherCacheException damaged(long at) {
    return new TeacherCacheException(file, "the record at byte " + at + " is damaged" + REMEDY);
  }

  private static ByteBuffer key(ByteBuffer record) {
    byte[] key = new byte[KEY];
    record.get(0, key);
    return ByteBuffer.wrap(key);
  }

  private static ByteBuffer key(long[] ids) {
    ByteBuffer bytes = TopTokens.buffer(8 * ids.length);
    bytes.asLongBuffer().put(ids);
    return ByteBuffer.wrap(sha256(bytes));
  }

  /**
   * What was kept of a sequence.
   *
   * @throws TeacherCacheException if that is damaged
   */
  Optional<TopTokens> get(long[] ids) {
    Long at = positions.get(key(ids));
    if (at == null) {
      return Optional.empty();
    }
    try {
      ByteBuffer record = head(at);
      int length = record.getInt(KEY);
      ByteBuffer body = read(at + RECORD_HEAD, (int) TopTokens.size(length, count));
      if (length != ids.length || checksum(body, body.limit()) != record.getInt(KEY + 4)) {
        throw damaged(at);
      }
      return Optional.of(new TopTokens(length, count, body));
    } catch (IOException e) {
      throw new TeacherCacheException(file, "cannot be read", e);
    }
  }

  /** Keeps a sequence, unless it is there. */
  void put(long[] ids, TopTokens tokens) {
    ByteBuffer key = key(ids);
    if (positions.containsKey(key)) {
      return;
    }
    ByteBuffer body = tokens.bytes().duplicate();
    ByteBuffer record = TopTokens.buffer(RECORD_HEAD + body.limit());
    record.put(key.duplicate()).putInt(ids.length).putInt(checksum(body, body.limit()));
    record.putInt(checksum(record, record.position())).put(body).flip();
    try {
      write(record, end);
    } catch (IOException e) {
      throw new TeacherCacheException(file, "cannot be written", e);
    }
    positions.put(key, end);
    end += record.limit();
  }

  private ByteBuffer read(long at, int size) throws IOException {
    ByteBuffer bytes = TopTokens.buffer(size);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, at + bytes.position()) < 0) {
        throw damaged(at);
      }
    }
    return bytes.flip();
  }

  private void write(ByteBuffer bytes, long at) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes, at + bytes.position());
    }
  }

  /** Of the first bytes, whatever the buffer's position. */
  private static int checksum(ByteBuffer bytes, int count) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.slice(0, count));
    return (int) crc.getValue();
  }

  private static byte[] sha256(ByteBuffer bytes) {
    MessageDigest digest = Digests.sha256();
    digest.update(bytes);
    return digest.digest();
  }

  @Override
  public void close() {
    closeQuietly(channel);
  }
}
