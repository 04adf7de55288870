package io.github.gss4j.checkpoint;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The two forms of file that {@code torch.save} has written: since PyTorch 1.6 a zip archive with
 * the pickle and one entry a storage, before it a row of pickles with the storages behind them.
 */
final class PyTorchFormat {
  private static final BigInteger LEGACY_MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final long LEGACY_VERSION = 1001;
  private static final int MAX_MARK_BYTES = 16;

  /**
   * What a file holds.
   *
   * @param root the pickled value; in it an {@link PyTorchCheckpoint.Entry} for each tensor
   * @param storages where the bytes of each storage lie, by key
   */
  record Content(Object root, Map<String, FileSpan> storages) {}

  private final Path file;
  private final FileChannel channel;
  private final TorchGlobals globals = new TorchGlobals();

  /** Of the first byte not yet read, in the form before PyTorch 1.6. */
  private long position;

  private PyTorchFormat(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Reads all of a file but the tensors' bytes. */
  static Content read(Path file) {
    return FileIo.open(file, channel -> new PyTorchFormat(file, channel).read());
  }

  private Content read() throws IOException {
    if (channel.size() < 4) {
      throw new CheckpointException(
          file, "has " + channel.size() + " bytes, too few for a PyTorch file (is it cut short?)");
    }
    ByteBuffer head = FileIo.readFully(channel, 4, 0);
    if (head.getInt(0) == 0x04034b50) {
      return zip();
    } else if ((head.get(0) & 0xff) == 0x80) {
      return legacy();
    }
    throw new CheckpointException(
        file,
        "is not a PyTorch file: begins with bytes %08x, expected a zip archive or a pickle"
            .formatted(Integer.reverseBytes(head.getInt(0))));
  }

  private Content zip() throws IOException {
    ZipDirectory zip = new ZipDirectory(file, channel);
    List<String> pickles = zip.names().stream().filter(n -> n.matches("[^/]+/data\\.pkl")).toList();
    if (pickles.size() != 1) {
      throw new CheckpointException(
          file,
          "is a zip archive with %d entries NAME/data.pkl, expected 1 (a file of torch.save?)"
              .formatted(pickles.size()));
    }
    String directory = pickles.get(0).substring(0, pickles.get(0).lastIndexOf('/') + 1);
    if (zip.names().contains(directory + "byteorder")) {
      checkByteOrder(zip.span(directory + "byteorder"));
    }
    FileSpan pickle = zip.span(pickles.get(0));
    Object root = load(pickle);
    Map<String, FileSpan> storages = new LinkedHashMap<>();
    for (String key : globals.storages().keySet()) {
      FileSpan span = zip.span(directory + "data/" + key);
      checkLength(key, span.bytes());
      storages.put(key, span);
    }
    checkNoOverlap(pickle, storages);
    return new Content(root, storages);
  }

  private void checkByteOrder(FileSpan span) throws IOException {
    int bytes = (int) Math.min(span.bytes(), MAX_MARK_BYTES);
    String order =
        StandardCharsets.UTF_8.decode(FileIo.readFully(channel, bytes, span.position())).toString();
    if (!order.equals("little")) {
      throw new CheckpointException(
          file, "has byte order '" + order + "', expected little: save it on such a machine");
    }
  }

  private void checkNoOverlap(FileSpan pickle, Map<String, FileSpan> storages) {
    long end = pickle.position();
    Map<String, FileSpan> all = new LinkedHashMap<>(storages);
    all.put("data.pkl", pickle);
    List<Map.Entry<String, FileSpan>> sorted =
        all.entrySet().stream()
            .sorted(Comparator.comparingLong(e -> e.getValue().position()))
            .toList();
    for (Map.Entry<String, FileSpan> entry : sorted) {
      if (entry.getValue().position() < end) {
        throw new CheckpointException(
            file, "has entry '" + entry.getKey() + "' over the bytes of another");
      }
      end = entry.getValue().end();
    }
  }

  private Content legacy() throws IOException {
    Object magic = next();
    if (!LEGACY_MAGIC.equals(magic)) {
      throw new CheckpointException(
          file,
          "is a pickle that begins with "
              + Unpickler.kind(magic)
              + ", expected PyTorch's magic number: save it with torch.save");
    }
    Object version = next();
    if (!(version instanceof Long number) || number != LEGACY_VERSION) {
      throw new CheckpointException(
          file, "has protocol version " + Unpickler.kind(version) + ", expected " + LEGACY_VERSION);
    }
    Object system = next();
    if (!(system instanceof Map<?, ?> facts) || !Boolean.TRUE.equals(facts.get("little_endian"))) {
      throw new CheckpointException(
          file, "was not saved in little-endian byte order: save it on such a machine");
    }
    Object root = next();
    Object keys = next();
    if (!(keys instanceof List<?> list)) {
      throw new CheckpointException(
          file, "gives " + Unpickler.kind(keys) + " as its storages, expected a list of keys");
    }
    return new Content(root, legacyStorages(list));
  }

  private Map<String, FileSpan> legacyStorages(List<?> keys) throws IOException {
    Map<String, FileSpan> storages = new LinkedHashMap<>();
    for (Object key : keys) {
      if (!(key instanceof String name) || !globals.storages().containsKey(name)) {
        throw new CheckpointException(file, "lists a storage that no tensor uses");
      }
      if (storages.containsKey(name)) {
        throw new CheckpointException(file, "lists storage '" + name + "' twice");
      }
      if (position > channel.size() - Long.BYTES) {
        throw cutShort(name, position);
      }
      long elements = FileIo.readFully(channel, Long.BYTES, position).getLong();
      TorchGlobals.Storage storage = globals.storages().get(name);
      if (elements != storage.elements()) {
        throw new CheckpointException(
            file,
            "storage '%s': the file gives %d elements, its pickle %d"
                .formatted(name, elements, storage.elements()));
      }
      position += Long.BYTES;
      if (storage.bytes() < 0 || storage.bytes() > channel.size() - position) {
        throw cutShort(name, position);
      }
      storages.put(name, new FileSpan(position, storage.bytes()));
      position += storage.bytes();
    }
    for (String key : globals.storages().keySet()) {
      if (!storages.containsKey(key)) {
        throw new CheckpointException(file, "does not list storage '" + key + "', which is used");
      }
    }
    return storages;
  }

  private CheckpointException cutShort(String key, long position) throws IOException {
    return new CheckpointException(
        file,
        "storage '%s': begins at byte %d and does not fit into the file's %d (cut short?)"
            .formatted(key, position, channel.size()));
  }

  private void checkLength(String key, long bytes) {
    TorchGlobals.Storage storage = globals.storages().get(key);
    if (storage.bytes() != bytes) {
      throw new CheckpointException(
          file,
          "storage '%s': %d elements of %s are claimed, but it has %d bytes"
              .formatted(key, storage.elements(), storage.type(), bytes));
    }
  }

  /** Reads the pickle where the one before it ended. */
  private Object next() throws IOException {
    return load(new FileSpan(position, channel.size() - position));
  }

  private Object load(FileSpan span) throws IOException {
    channel.position(span.position());
    PickleInput in =
        new PickleInput(file, new BufferedInputStream(Channels.newInputStream(channel)), span);
    Object value = new Unpickler(in, globals).load();
    position = in.position();
    return value;
  }
}
