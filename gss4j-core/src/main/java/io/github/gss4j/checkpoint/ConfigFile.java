package io.github.gss4j.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.files.LfsPointer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A model's {@code config.json}. */
public final class ConfigFile {
  /** Reads JSON that people write by hand, with comments and trailing commas. */
  private static final ObjectMapper LENIENT =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS, JsonReadFeature.ALLOW_YAML_COMMENTS)
          .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private ConfigFile() {}

  /** Reads the object in a file. */
  public static ObjectNode read(Path file) {
    if (LfsPointer.is(file)) {
      throw new CheckpointException(file, LfsPointer.MESSAGE);
    }
    try {
      JsonNode json = LENIENT.readTree(Files.readAllBytes(file));
      if (json instanceof ObjectNode object) {
        return object;
      }
      throw new CheckpointException(file, "holds no JSON object { … }");
    } catch (JsonProcessingException e) {
      throw new CheckpointException(file, "is not JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new CheckpointException(file, "cannot be read: " + e.getMessage(), e);
    }
  }

  /** What is said of a config that was read and is wrong; the file is named once. */
  public static CheckpointException wrong(Path file, RuntimeException e) {
    String message = String.valueOf(e.getMessage());
    String prefix = file + ": ";
    return new CheckpointException(
        file, message.startsWith(prefix) ? message.substring(prefix.length()) : message, e);
  }
}
