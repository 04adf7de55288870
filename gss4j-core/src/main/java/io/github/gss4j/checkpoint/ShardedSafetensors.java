package io.github.gss4j.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Named tensors spread over several safetensors files of one directory, as the Hugging Face hub
 * keeps large models: an index says which file, or shard, holds which tensor.
 *
 * <p>Opening reads the index and every shard's header, and checks that they agree. A shard may be a
 * symbolic link, as in the hub's own cache, but its name never leads out of the directory.
 */
public final class ShardedSafetensors {
  /** The index's name in a model's directory. */
  public static final String INDEX = "model.safetensors.index.json";

  private final Path index;
  private final List<Safetensors> shards;
  private final Map<String, Safetensors> byTensor;

  private ShardedSafetensors(
      Path index, List<Safetensors> shards, Map<String, Safetensors> byTensor) {
    this.index = index;
    this.shards = shards;
    this.byTensor = byTensor;
  }

  /**
   * Opens the shards that an index lists.
   *
   * @param index its file, usually named {@link #INDEX}
   * @throws CheckpointException if the index or a shard is invalid, or they disagree
   */
  public static ShardedSafetensors open(Path index) {
    Map<String, String> files = ShardIndex.read(index, "safetensors");
    Map<String, Safetensors> shards = new LinkedHashMap<>();
    Map<String, Safetensors> byTensor = new LinkedHashMap<>();
    files.forEach(
        (name, shardName) -> {
          Safetensors shard =
              shards.computeIfAbsent(
                  shardName, file -> Safetensors.open(index.resolveSibling(file)));
          if (shard.entries().containsKey(name)) {
            byTensor.put(name, shard);
          } else if (!shard.others().containsKey(name)) {
            throw new CheckpointException(
                index,
                "tensor '%s': is not in '%s', where it should be".formatted(name, shardName));
          }
        });
    shards.forEach(
        (shardName, shard) -> {
          for (String name : shard.entries().keySet()) {
            if (!shardName.equals(files.get(name))) {
              throw new CheckpointException(
                  shard.file(), "tensor '%s': is not listed there by %s".formatted(name, index));
            }
          }
        });
    return new ShardedSafetensors(index, List.copyOf(shards.values()), byTensor);
  }

  /** The index. */
  public Path index() {
    return index;
  }

  /** The dtype, shape and place of each tensor in its shard, by name, in the index's order. */
  public Map<String, Safetensors.Entry> entries() {
    Map<String, Safetensors.Entry> entries = new LinkedHashMap<>();
    byTensor.forEach((name, shard) -> entries.put(name, shard.entries().get(name)));
    return Collections.unmodifiableMap(entries);
  }

  /** What those tensors are, by name, whose values are not read. */
  public Map<String, String> others() {
    Map<String, String> others = new LinkedHashMap<>();
    shards.forEach(shard -> others.putAll(shard.others()));
    return Collections.unmodifiableMap(others);
  }

  /** The headers' {@code __metadata__}, of all shards together. */
  public Map<String, String> metadata() {
    Map<String, String> all = new LinkedHashMap<>();
    shards.forEach(shard -> all.putAll(shard.metadata()));
    return Collections.unmodifiableMap(all);
  }

  /** The tensors by name, in the index's order, to be read one by one. */
  public Map<String, StoredTensor> stored() {
    Map<String, StoredTensor> stored = new LinkedHashMap<>();
    byTensor.forEach((name, shard) -> stored.put(name, shard.stored(name)));
    return stored;
  }

  /**
   * Writes shards named {@code model-00001-of-00003.safetensors} and so on, then the index. Not
   * atomic: write to another directory and rename where another may read.
   *
   * @param tensors by name, written in this order
   * @param metadata free text by name, put into every shard
   * @param maxShardBytes of tensors in a shard; only a tensor that is larger alone exceeds it
   */
  public static <T extends TensorData> void write(
      Path directory, Map<String, T> tensors, Map<String, String> metadata, long maxShardBytes)
      throws IOException {
    if (tensors.isEmpty() || maxShardBytes < 1) {
      throw new IllegalArgumentException(
          "%d tensors in shards of %d bytes, expected at least 1 of each"
              .formatted(tensors.size(), maxShardBytes));
    }
    List<Map<String, T>> shards = split(tensors, maxShardBytes);
    Map<String, String> fileByTensor = new LinkedHashMap<>();
    for (int i = 0; i < shards.size(); i++) {
      String file = "model-%05d-of-%05d.safetensors".formatted(i + 1, shards.size());
      Safetensors.write(directory.resolve(file), shards.get(i), metadata);
      shards.get(i).keySet().forEach(name -> fileByTensor.put(name, file));
    }
    long bytes = tensors.values().stream().mapToLong(TensorData::bytes).sum();
    writeIndex(directory.resolve(INDEX), fileByTensor, bytes);
  }

  /**
   * Writes an index over shards that lie beside it, or will.
   *
   * @param fileByTensor the name of the shard that holds each tensor
   * @param totalBytes of all tensors
   */
  public static void writeIndex(Path index, Map<String, String> fileByTensor, long totalBytes)
      throws IOException {
    ObjectNode root = Safetensors.JSON.createObjectNode();
    root.putObject("metadata").put("total_size", totalBytes);
    ObjectNode weights = root.putObject("weight_map");
    fileByTensor.forEach(weights::put);
    Files.write(index, Safetensors.JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root));
  }

  private static <T extends TensorData> List<Map<String, T>> split(
      Map<String, T> tensors, long maxShardBytes) {
    List<Map<String, T>> shards = new ArrayList<>();
    long left = 0;
    for (Map.Entry<String, T> e : tensors.entrySet()) {
      long bytes = e.getValue().bytes();
      if (shards.isEmpty() || bytes > left) {
        shards.add(new LinkedHashMap<>());
        left = maxShardBytes;
      }
      shards.get(shards.size() - 1).put(e.getKey(), e.getValue());
      left -= bytes;
    }
    return shards;
  }
}
