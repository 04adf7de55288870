package io.github.gss4j.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes named tensors to several safetensors files of one directory, as the Hugging Face hub keeps
 * large models: an index says which file, or shard, holds which tensor. {@link TensorSource} reads
 * them.
 */
public final class ShardedSafetensors {
  /** The index's name in a model's directory. */
  public static final String INDEX = "model.safetensors.index.json";

  private ShardedSafetensors() {}

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
