package io.github.gss4j.data;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.gss4j.files.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Records kept as JSON beside the files that they tell of. */
public final class Manifests {
  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Manifests() {}

  /** Reads one, or nothing where it is missing or damaged. */
  public static <M> Optional<M> read(Path file, Class<M> type) {
    try {
      return Optional.ofNullable(STRICT.readValue(Files.readAllBytes(file), type));
    } catch (IOException missingOrDamaged) {
      return Optional.empty();
    }
  }

  /** Writes one aside, syncs it to disk and renames it. */
  public static void write(Path file, Object manifest) throws IOException {
    AtomicFile.write(file, STRICT.writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest));
  }
}
