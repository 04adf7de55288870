package io.github.gss4j.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A file of named tensors in the safetensors format: 8 bytes of header length, a JSON header, then
 * the tensors' bytes.
 *
 * <p>Opening reads and checks the header alone.
 *
 * @param file where the tensors lie
 * @param entries dtype, shape and place of each tensor, in the file's order
 * @param others what those tensors are, by name, whose values are not read: complex ones and so on
 * @param metadata the header's {@code __metadata__}
 */
public record Safetensors(
    Path file,
    Map<String, Entry> entries,
    Map<String, String> others,
    Map<String, String> metadata) {
  /** The format's own limit for a header. */
  static final long MAX_HEADER_BYTES = 100_000_000;

  /** Types of the format that are not read, by the bits of an element. */
  private static final Map<String, Integer> OTHER_BITS =
      Map.ofEntries(
          Map.entry("C64", 64),
          Map.entry("U64", 64),
          Map.entry("U32", 32),
          Map.entry("U16", 16),
          Map.entry("F8_E4M3", 8),
          Map.entry("F8_E5M2", 8),
          Map.entry("F8_E8M0", 8),
          Map.entry("F8_E4M3FNUZ", 8),
          Map.entry("F8_E5M2FNUZ", 8),
          Map.entry("F6_E2M3", 6),
          Map.entry("F6_E3M2", 6),
          Map.entry("F4", 4));

  static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /**
   * Where one tensor lies.
   *
   * @param dtype its element type
   * @param shape its dimensions
   * @param offset of its first byte in the file
   * @param bytes how many bytes it takes
   */
  public record Entry(TensorType dtype, List<Long> shape, long offset, long bytes) {}

  /** What the header says of a tensor; {@code dtype} by the format's name. */
  private record Header(String dtype, List<Long> shape, long begin, long end) {}

  /** Copies the maps, keeping their order. */
  public Safetensors {
    others = Collections.unmodifiableMap(new LinkedHashMap<>(others));
    entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /**
   * Opens a file and checks its header against the file's size.
   *
   * @throws CheckpointException if the file is not a valid safetensors file
   */
  public static Safetensors open(Path file) {
    return FileIo.open(file, channel -> parse(file, channel));
  }

  private static Safetensors parse(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < 8) {
      throw new CheckpointException(
          file, "has " + size + " bytes, too few for a safetensors file (is it cut short?)");
    }
    long headerBytes = FileIo.readFully(channel, 8, 0).getLong();
    if (headerBytes < 2 || headerBytes > MAX_HEADER_BYTES || headerBytes > size - 8) {
      throw new CheckpointException(
          file,
          "claims a header of "
              + Long.toUnsignedString(headerBytes)
              + " bytes, expected 2 to "
              + Math.min(MAX_HEADER_BYTES, size - 8)
              + " (not a safetensors file, or cut short)");
    }
    ByteBuffer header = FileIo.readFully(channel, (int) headerBytes, 8);
    JsonNode root;
    try {
      root = JSON.readTree(StandardCharsets.UTF_8.newDecoder().decode(header).toString());
    } catch (JsonProcessingException e) {
      throw new CheckpointException(
          file, "has a header that is not JSON: " + e.getOriginalMessage(), e);
    } catch (CharacterCodingException e) {
      throw new CheckpointException(file, "has a header that is not UTF-8", e);
    }
    if (root == null || !root.isObject()) {
      throw new CheckpointException(file, "has a header that is not a JSON object");
    }
    Map<String, Header> headers = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : root.properties()) {
      if (field.getKey().equals("__metadata__")) {
        metadata.putAll(metadata(file, field.getValue()));
      } else {
        headers.put(field.getKey(), header(file, field.getKey(), field.getValue()));
      }
    }
    checkCover(file, headers, size - 8 - headerBytes);
    Map<String, Entry> entries = new LinkedHashMap<>();
    Map<String, String> others = new LinkedHashMap<>();
    headers.forEach(
        (name, h) -> {
          TensorType type = TensorType.named(h.dtype());
          if (type == null) {
            others.put(name, "a tensor of type " + h.dtype());
          } else {
            long begin = 8 + headerBytes + h.begin();
            entries.put(name, new Entry(type, h.shape(), begin, h.end() - h.begin()));
          }
        });
    return new Safetensors(file, entries, others, metadata);
  }

  private static Map<String, String> metadata(Path file, JsonNode node) {
    Map<String, String> metadata = new LinkedHashMap<>();
    boolean texts = node.isObject() || node.isNull();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      texts &= field.getValue().isTextual();
      metadata.put(field.getKey(), field.getValue().asText());
    }
    if (!texts) {
      throw new CheckpointException(
          file, "has __metadata__ " + brief(node) + ", expected texts by name");
    }
    return metadata;
  }

  private static Header header(Path file, String name, JsonNode node) {
    String at = "tensor '" + name + "': ";
    JsonNode offsets = node.path("data_offsets");
    if (!node.path("dtype").isTextual()
        || !node.path("shape").isArray()
        || offsets.size() != 2
        || !isLong(offsets.path(0))
        || !isLong(offsets.path(1))) {
      throw new CheckpointException(
          file, at + "needs dtype, shape and data_offsets [begin, end], found " + brief(node));
    }
    String dtype = node.get("dtype").asText();
    TensorType type = TensorType.named(dtype);
    if (type == null && !OTHER_BITS.containsKey(dtype)) {
      throw new CheckpointException(
          file, at + "dtype is " + dtype + ", which the format does not have");
    }
    List<Long> shape = new ArrayList<>();
    for (JsonNode length : node.get("shape")) {
      if (!isLong(length)) {
        throw new CheckpointException(
            file, at + "shape is " + brief(node.get("shape")) + ", expected sizes of 0 or more");
      }
      shape.add(length.asLong());
    }
    int bits = type == null ? OTHER_BITS.get(dtype) : 8 * type.bytes();
    long elements = Shapes.elements(file, name, shape);
    long bytes = bits < 8 ? elements * bits / 8 : elements * (bits / 8);
    long begin = offsets.get(0).asLong();
    long end = offsets.get(1).asLong();
    if (end - begin != bytes || (bits < 8 && elements * bits % 8 != 0)) {
      throw new CheckpointException(
          file,
          "%s%s of shape %s takes %d bytes, but %d are given"
              .formatted(at, dtype, brief(node.get("shape")), bytes, end - begin));
    }
    return new Header(dtype, List.copyOf(shape), begin, end);
  }

  /** The tensors lie one behind the other and end where the file ends, as the format wants it. */
  private static void checkCover(Path file, Map<String, Header> headers, long dataBytes) {
    List<Map.Entry<String, Header>> sorted =
        headers.entrySet().stream()
            .sorted(
                Map.Entry.comparingByValue(
                    Comparator.comparingLong(Header::begin).thenComparingLong(Header::end)))
            .toList();
    long expected = 0;
    for (Map.Entry<String, Header> tensor : sorted) {
      Header h = tensor.getValue();
      if (h.begin() != expected || h.end() > dataBytes) {
        throw new CheckpointException(
            file,
            ("tensor '%s': lies at bytes %d to %d of the data, expected to begin at %d, where the"
                    + " one before ends, and the file holds %d (cut short?)")
                .formatted(tensor.getKey(), h.begin(), h.end(), expected, dataBytes));
      }
      expected = h.end();
    }
    if (expected != dataBytes) {
      throw new CheckpointException(
          file,
          "holds %d bytes of data, but its tensors take %d (cut short, or appended to?)"
              .formatted(dataBytes, expected));
    }
  }

  private static boolean isLong(JsonNode node) {
    return node.isIntegralNumber() && node.canConvertToLong();
  }

  private static String brief(JsonNode node) {
    String text = node.toString();
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }

  /** The tensors by name, to be read one by one. */
  public Map<String, StoredTensor> stored() {
    Map<String, StoredTensor> stored = new LinkedHashMap<>();
    entries.keySet().forEach(name -> stored.put(name, stored(name)));
    return stored;
  }

  private StoredTensor stored(String name) {
    Entry e = entries.get(name);
    return new StoredTensor(
        name, e.dtype(), e.shape(), Shapes.rowMajor(e.shape()), file, e.offset());
  }

  /**
   * Writes tensors to a file and syncs it to disk. Not atomic: write aside and rename where another
   * may read.
   *
   * @param tensors by name, written in this order
   * @param metadata free text by name
   */
  public static void write(
      Path file, Map<String, ? extends TensorData> tensors, Map<String, String> metadata)
      throws IOException {
    ObjectNode root = JSON.createObjectNode();
    if (!metadata.isEmpty()) {
      ObjectNode node = root.putObject("__metadata__");
      metadata.forEach(node::put);
    }
    long offset = 0;
    for (Map.Entry<String, ? extends TensorData> e : tensors.entrySet()) {
      TensorData tensor = e.getValue();
      ObjectNode node = root.putObject(e.getKey());
      node.put("dtype", tensor.dtype().name());
      tensor.shape().forEach(node.putArray("shape")::add);
      node.putArray("data_offsets").add(offset).add(offset + tensor.bytes());
      offset += tensor.bytes();
    }
    byte[] json = JSON.writeValueAsBytes(root);
    int padded = (json.length + 7) / 8 * 8;
    ByteBuffer head = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
    head.putLong(padded).put(json);
    while (head.hasRemaining()) {
      head.put((byte) ' ');
    }
    try (FileChannel channel = FileIo.create(file)) {
      FileIo.writeFully(channel, head.flip());
      for (TensorData tensor : tensors.values()) {
        tensor.forEachPart(part -> FileIo.writeFully(channel, part));
      }
      channel.force(true);
    }
  }
}
