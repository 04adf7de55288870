package io.github.gss4j.cli.options;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.gss4j.files.LfsPointer;
import io.github.gss4j.files.OneLine;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads JSON that a user wrote: comments are allowed, a key given twice is not. */
public final class JsonFile {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JsonFile() {}

  /** The file's one value; a missing node where the file is empty. */
  public static JsonNode read(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IllegalArgumentException(file + ": is a directory, expected a JSON file");
    }
    if (LfsPointer.is(file)) {
      throw new IllegalArgumentException(file + ": " + LfsPointer.MESSAGE);
    }
    try {
      return JSON.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw notJson(file, e.getOriginalMessage(), e);
    } catch (CharConversionException e) { // Jackson takes zeros at the beginning for UTF-32
      throw notJson(file, e.getMessage(), e);
    }
  }

  private static IllegalArgumentException notJson(Path file, String why, IOException e) {
    return new IllegalArgumentException(OneLine.of(file + ": is not JSON: " + why), e);
  }
}
