package io.github.gss4j.serve;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.generation.DecodingListener;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Session;
import io.github.gss4j.tokenizer.ByteTokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One server for all tests of a class, and what its model writes without it. */
@Timeout(60)
abstract class ServingFixture {
  @TempDir private static Path directory;
  static Serving serving;

  @BeforeAll
  static void start() {
    serving = Serving.start(directory);
  }

  @AfterAll
  static void stop() {
    serving.close();
  }

  static List<Integer> alone(String prompt, GenerationOptions options) {
    try (Session session = serving.model.session()) {
      return session
          .generate(new ByteTokenizer().encode(prompt), options, DecodingListener.SILENT)
          .ids();
    }
  }

  static List<Integer> ids(JsonNode choice) {
    List<Integer> ids = new ArrayList<>();
    choice.path("token_ids").forEach(id -> ids.add(id.intValue()));
    return ids;
  }

  static String text(List<Integer> ids) {
    return new ByteTokenizer().decode(ids.stream().mapToInt(i -> i).toArray());
  }
}
