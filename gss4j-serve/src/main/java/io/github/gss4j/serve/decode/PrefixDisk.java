package io.github.gss4j.serve.decode;

import io.github.gss4j.GssModel;
import io.github.gss4j.files.Digests;
import io.github.gss4j.generation.Session;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cached prompts as files, {@code LENGTH-SHA256.safetensors} of the model's fingerprint and the
 * tokens; a file is whole or not there. What is longest unused goes first.
 */
final class PrefixDisk {
  private static final Logger LOG = LoggerFactory.getLogger(PrefixDisk.class);
  private static final Pattern NAME = Pattern.compile("(\\d{1,9})-([0-9a-f]{64})\\.safetensors");

  /** No more than so many wait to be written: each holds memory. */
  private static final int MOST_WAITING = 4;

  private final GssModel model;
  private final Path directory;
  private final long mostBytes;
  private final Executor disk;
  private final AtomicInteger waiting = new AtomicInteger();

  /** What there is by length, then by name; guarded by this. */
  private final TreeMap<Integer, Map<String, Stored>> files = new TreeMap<>();

  private long bytes;

  private record Stored(Path file, int length, long bytes, Instant used) {}

  /** A file that has read the first tokens of a prompt. */
  record Found(Path file, int length) {}

  PrefixDisk(GssModel model, Path directory, long mostBytes, Executor disk) {
    this.model = model;
    this.directory = directory;
    this.mostBytes = mostBytes;
    this.disk = disk;
    try {
      Files.createDirectories(directory);
      try (Stream<Path> found = Files.list(directory)) {
        found.sorted().forEach(this::find);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(directory + " cannot be used: " + e.getMessage(), e);
    }
  }

  private void find(Path file) {
    Matcher name = NAME.matcher(file.getFileName().toString());
    if (name.matches()) {
      try {
        add(
            new Stored(
                file,
                Integer.parseInt(name.group(1)),
                Files.size(file),
                Files.getLastModifiedTime(file).toInstant()));
      } catch (IOException e) {
        LOG.warn("{} is left out: {}", file, e.getMessage());
      }
    }
  }

  private synchronized void add(Stored stored) {
    String name = stored.file().getFileName().toString();
    Stored before = files.computeIfAbsent(stored.length(), l -> new TreeMap<>()).put(name, stored);
    bytes += stored.bytes() - (before == null ? 0 : before.bytes());
  }

  /** The file that has read most of a prompt and nothing else, if that is more than so many. */
  synchronized Optional<Found> longest(int[] ids, int moreThan) {
    Optional<Found> best = Optional.empty();
    MessageDigest digest = digest();
    int at = 0;
    for (Map.Entry<Integer, Map<String, Stored>> length : files.entrySet()) {
      if (length.getKey() > ids.length) {
        break;
      }
      update(digest, ids, at, length.getKey());
      at = length.getKey();
      Stored found = length.getValue().get(name(at, copy(digest)));
      if (found != null && at > moreThan) {
        best = Optional.of(new Found(found.file(), at));
      }
    }
    return best;
  }

  /** Reads a file. */
  Session load(Found found) {
    try {
      Files.setLastModifiedTime(found.file(), FileTime.from(Instant.now()));
      return model.session(found.file());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      forget(found.file());
      throw e;
    }
  }

  private synchronized void forget(Path file) {
    for (Map<String, Stored> length : files.values()) {
      Stored stored = length.remove(file.getFileName().toString());
      bytes -= stored == null ? 0 : stored.bytes();
    }
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.warn("{} cannot be deleted: {}", file, e.getMessage());
    }
  }

  /** Whether it takes another one now; where it does not keep up, it goes without. */
  boolean hasTime() {
    return waiting.get() < MOST_WAITING;
  }

  /** Writes a state, which is closed then. */
  void put(int[] ids, int length, Session session) {
    waiting.incrementAndGet();
    disk.execute(
        () -> {
          try (session) {
            write(ids, length, session);
          } catch (IOException | RuntimeException e) {
            LOG.warn("a cached prompt is not on disk: {}", e.getMessage());
          } finally {
            waiting.decrementAndGet();
          }
        });
  }

  private void write(int[] ids, int length, Session session) throws IOException {
    MessageDigest digest = digest();
    update(digest, ids, 0, length);
    Path file = directory.resolve(name(length, digest));
    if (!Files.exists(file)) {
      session.save(file);
      add(new Stored(file, length, Files.size(file), Instant.now()));
      makeRoom();
    }
  }

  private void makeRoom() throws IOException {
    List<Stored> all = new ArrayList<>();
    synchronized (this) {
      if (bytes <= mostBytes) {
        return;
      }
      files.values().forEach(length -> all.addAll(length.values()));
    }
    List<Map.Entry<FileTime, Stored>> byAge = new ArrayList<>();
    for (Stored stored : all) {
      if (Files.exists(stored.file())) {
        byAge.add(Map.entry(Files.getLastModifiedTime(stored.file()), stored));
      }
    }
    byAge.sort(Comparator.comparing(Map.Entry::getKey));
    for (Map.Entry<FileTime, Stored> oldest : byAge) {
      synchronized (this) {
        if (bytes <= mostBytes) {
          return;
        }
      }
      forget(oldest.getValue().file());
    }
  }

  private MessageDigest digest() {
    MessageDigest digest = Digests.sha256();
    digest.update(HexFormat.of().parseHex(model.model().fingerprint()));
    return digest;
  }

  private static MessageDigest copy(MessageDigest digest) {
    try {
      return (MessageDigest) digest.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("Java's own SHA-256 can be copied", e);
    }
  }

  private static void update(MessageDigest digest, int[] ids, int from, int to) {
    ByteBuffer bytes = ByteBuffer.allocate((to - from) * Integer.BYTES);
    bytes.asIntBuffer().put(ids, from, to - from);
    digest.update(bytes);
  }

  private static String name(int length, MessageDigest digest) {
    return length + "-" + Digests.hex(digest) + ".safetensors";
  }
}
