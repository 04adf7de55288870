package io.github.gss4j.checkpoint;

import io.github.gss4j.files.AtomicFile;
import io.github.gss4j.files.OverwriteCheck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

/**
 * What a model remembers of a text, on disk, to continue from days later as if it had just read it.
 *
 * <p>A safetensors file of tensors {@code layers.I.K}, with the format's version, the model's
 * fingerprint, the tokens read, the token pending and a checksum in its metadata, and with the
 * logits of what comes next as tensor {@code logits} where they are known. A state of another
 * model, of another version, or damaged is refused.
 */
public final class StateFile {
  private static final String VERSION_KEY = "gss4j_state_version";
  private static final String VERSION = "1";
  private static final String LOGITS = "logits";

  private final Path file;
  private final long tokens;
  private final OptionalInt pending;
  private final Map<String, StoredTensor> tensors;

  private StateFile(
      Path file, long tokens, OptionalInt pending, Map<String, StoredTensor> tensors) {
    this.file = file;
    this.tokens = tokens;
    this.pending = pending;
    this.tensors = tensors;
  }

  /** Makes a state of its tensors. */
  @FunctionalInterface
  public interface Restore<T> {
    /**
     * Makes it.
     *
     * @param tokens how many it has read
     */
    T from(long tokens, Map<String, StoredTensor> tensors);
  }

  /**
   * Writes a state, aside first and then renamed.
   *
   * @param tokens how many it has read
   * @param pending a token that was chosen but not read yet
   * @param logits of what comes next; null where they are not known
   */
  public static void save(
      Path file,
      String fingerprint,
      long tokens,
      OptionalInt pending,
      float[] logits,
      Map<String, TensorData> tensors)
      throws IOException {
    Map<String, TensorData> all = new LinkedHashMap<>(tensors);
    if (logits != null) {
      all.put(LOGITS, ArrayTensor.of(logits, logits.length));
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(VERSION_KEY, VERSION);
    metadata.put("fingerprint", fingerprint);
    metadata.put("tokens", Long.toString(tokens));
    metadata.put("pending", pending.isPresent() ? Integer.toString(pending.getAsInt()) : "");
    metadata.put("checksum", checksum(all));
    checkTarget(file);
    AtomicFile.write(file, aside -> Safetensors.write(aside, all, metadata));
  }

  /**
   * Refuses to replace a file that is not a state.
   *
   * @throws IllegalArgumentException if there is such a file
   */
  public static void checkTarget(Path file) throws IOException {
    OverwriteCheck.check(file, VERSION_KEY);
  }

  /**
   * Opens a state and checks all of it.
   *
   * @param accepted whether states saved under a fingerprint fit the model
   * @throws CheckpointException if it is not a valid state of this model
   */
  public static StateFile open(Path file, Predicate<String> accepted) {
    Safetensors saved = Safetensors.open(file);
    Map<String, String> metadata = saved.metadata();
    String version = metadata.get(VERSION_KEY);
    if (!VERSION.equals(version)) {
      throw new CheckpointException(
          file,
          version == null
              ? "is not a saved state (no gss4j_state_version in it)"
              : "is a state of version " + version + ", expected " + VERSION);
    }
    String fingerprint = metadata.get("fingerprint");
    if (fingerprint == null || !accepted.test(fingerprint)) {
      throw new CheckpointException(
          file,
          "is a state of another model: its fingerprint differs in configuration, weights or dtype;"
              + " load the model that saved it, with the same --dtype");
    }
    Map<String, StoredTensor> tensors = saved.stored();
    if (!checksum(data(tensors)).equals(metadata.get("checksum"))) {
      throw new CheckpointException(file, "is damaged: its checksum does not fit its content");
    }
    try {
      String pending = item(file, metadata, "pending");
      return new StateFile(
          file,
          Long.parseLong(item(file, metadata, "tokens")),
          pending.isEmpty() ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(pending)),
          tensors);
    } catch (NumberFormatException e) {
      throw new CheckpointException(file, "is damaged: " + e.getMessage(), e);
    }
  }

  private static String item(Path file, Map<String, String> metadata, String name) {
    String text = metadata.get(name);
    if (text == null) {
      throw new CheckpointException(file, "is damaged: it does not say '" + name + "'");
    }
    if (text.contains(",")) {
      throw new CheckpointException(
          file, "is a state of several sequences (" + name + " is " + text + "), expected one");
    }
    return text;
  }

  /** The token that was chosen but not read yet, if there is one. */
  public OptionalInt pending() {
    return pending;
  }

  /** The logits of what comes next; null where the file has none. */
  public float[] logits() {
    return tensors.containsKey(LOGITS) ? tensors.get(LOGITS).toFloats() : null;
  }

  /**
   * Makes a state of what the file holds.
   *
   * @throws CheckpointException if the tensors are not of the model's shapes
   */
  public <T> T restored(Restore<T> restore) {
    Map<String, StoredTensor> memory = new LinkedHashMap<>(tensors);
    memory.remove(LOGITS);
    try {
      return restore.from(tokens, memory);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(file, "is damaged: " + e.getMessage(), e);
    }
  }

  private static Map<String, TensorData> data(Map<String, StoredTensor> tensors) {
    Map<String, TensorData> data = new LinkedHashMap<>();
    tensors.forEach((name, stored) -> data.put(name, stored.data()));
    return data;
  }

  private static String checksum(Map<String, TensorData> tensors) {
    return tensors.entrySet().stream()
        .map(e -> e.getKey() + ":" + Long.toHexString(checksum(e.getValue())))
        .collect(Collectors.joining(","));
  }

  private static long checksum(TensorData tensor) {
    CRC32C crc = new CRC32C();
    try {
      tensor.forEachPart(crc::update);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return crc.getValue();
  }
}
