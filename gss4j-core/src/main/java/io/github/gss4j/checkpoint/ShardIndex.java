package io.github.gss4j.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The index of a model in several files: which file beside it holds which tensor. */
final class ShardIndex {
  private ShardIndex() {}

  /**
   * Reads an index.
   *
   * @param extension of the files, a regular expression
   * @return file names by tensor, in the index's order; none points outside the directory
   * @throws CheckpointException if it is invalid
   */
  static Map<String, String> read(Path index, String extension) {
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
