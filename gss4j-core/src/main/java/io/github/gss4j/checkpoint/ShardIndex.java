package io.github.gss4j.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The index of a model in several files: which file, or shard, beside it holds which tensor. A
 * shard may be a symbolic link, as in the hub's own cache, but its name never leads out of the
 * directory.
 */
final class ShardIndex {
  private ShardIndex() {}

  /**
   * Opens the shards that an index lists, in its order of tensors.
   *
   * @param extension of the files, a regular expression
   * @throws CheckpointException if the index or a shard is invalid, or they disagree
   */
  static TensorSource open(Path index, String extension) {
    Map<String, String> files = read(index, extension);
    Map<String, TensorSource> shards = new LinkedHashMap<>();
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    files.forEach(
        (name, file) -> {
          TensorSource shard =
              shards.computeIfAbsent(
                  file, f -> TensorSource.withNamesOfFile(index.resolveSibling(f)));
          if (shard.tensors().containsKey(name)) {
            tensors.put(name, shard.get(name));
          } else if (!shard.others().containsKey(name)) {
            throw new CheckpointException(
                index, "tensor '%s': is not in '%s', where it should be".formatted(name, file));
          }
        });
    Map<String, String> others = new LinkedHashMap<>();
    List<String> ignored = new ArrayList<>();
    shards.forEach(
        (file, shard) -> {
          for (String name : shard.names()) {
            if (!file.equals(files.get(name))) {
              throw new CheckpointException(
                  shard.file(), "tensor '%s': is not listed there by %s".formatted(name, index));
            }
          }
          others.putAll(shard.others());
          ignored.addAll(shard.ignored());
        });
    return new TensorSource(index, tensors, others, ignored);
  }

  /** File names by tensor; none points outside the directory. */
  private static Map<String, String> read(Path index, String extension) {
    Map<String, String> files = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : weightMap(index).properties()) {
      String file = field.getValue().asText();
      if (!field.getValue().isTextual() || !file.matches("\\w[\\w.-]*\\." + extension)) {
        throw new CheckpointException(
            index,
            "tensor '%s': lies in '%s', expected NAME.%s, a file beside the index"
                .formatted(field.getKey(), file, extension));
      }
      files.put(field.getKey(), file);
    }
    return files;
  }

  private static JsonNode weightMap(Path index) {
    return FileIo.open(
        index,
        channel -> {
          if (channel.size() > Safetensors.MAX_HEADER_BYTES) {
            throw new CheckpointException(
                index,
                "has %d bytes, expected at most %d for an index"
                    .formatted(channel.size(), Safetensors.MAX_HEADER_BYTES));
          }
          var json = FileIo.readFully(channel, (int) channel.size(), 0);
          JsonNode weights;
          try {
            weights =
                Safetensors.JSON
                    .readTree(StandardCharsets.UTF_8.decode(json).toString())
                    .path("weight_map");
          } catch (JsonProcessingException e) {
            throw new CheckpointException(index, "is not JSON: " + e.getOriginalMessage(), e);
          }
          if (!weights.isObject() || weights.isEmpty()) {
            throw new CheckpointException(
                index, "has no weight_map, expected a file's name for each tensor's");
          }
          return weights;
        });
  }
}
