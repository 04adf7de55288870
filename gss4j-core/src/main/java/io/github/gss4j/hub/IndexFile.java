package io.github.gss4j.hub;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** The index of weights in several files, {@code NAME.index.json}: which files those are. */
final class IndexFile {
  private static final long MAX_BYTES = 100_000_000;

  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private IndexFile() {}

  /**
   * The names of all shards, beside the index.
   *
   * @throws HubException if it is not an index, or names a file elsewhere
   */
  static Set<String> shards(Path index) {
    Set<String> shards = new TreeSet<>();
    try {
      if (Files.size(index) > MAX_BYTES) {
        throw new HubException(index + ": is larger than an index of shards can be");
      }
      for (JsonNode shard : JSON.readTree(Files.readAllBytes(index)).path("weight_map")) {
        shards.add(FileNames.check(shard.asText()));
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new HubException(index + ": is not an index of shards: " + e.getMessage(), e);
    }
    if (shards.isEmpty()) {
      throw new HubException(index + ": has no weight_map, expected a file's name for each tensor");
    }
    return shards;
  }
}
