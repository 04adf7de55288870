package io.github.gss4j.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.serve.api.Limits;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Mutated valid bodies: the client is told, and the server lives. */
@Timeout(value = 60, unit = TimeUnit.MINUTES) // scripts/fuzz-serve.sh has many more
class MalformedBodiesTest {
  private static final int COUNT = Integer.getInteger("gss.serve.malformed", 3000);
  private static final long SEED = Long.getLong("gss.seed", 1);

  private static final Map<String, String> VALID =
      Map.of(
          "/v1/completions",
          "{\"model\":\"tiny\",\"prompt\":[\"ab\",\"c\"],\"max_tokens\":3,\"temperature\":0.5,\"top_p\":0.9,"
              + "\"top_k\":3,\"min_p\":0.1,\"n\":2,\"best_of\":2,\"stream\":true,"
              + "\"stream_options\":{\"include_usage\":true},\"logprobs\":2,\"echo\":true,"
              + "\"stop\":[\"x\",\"y\"],\"logit_bias\":{\"3\":1.5},\"seed\":7,\"user\":\"u\"}",
          "/v1/embeddings",
          "{\"model\":\"tiny\",\"input\":[[1,2],[3]],\"encoding_format\":\"base64\",\"pooling\":\"last\"}",
          "/v1/states",
          "{\"model\":\"tiny\",\"prompt\":\"abc\"}",
          "/tokenize",
          "{\"prompt\":\"abc\",\"add_special_tokens\":true}",
          "/detokenize",
          "{\"tokens\":[1,2,3]}");

  private static final List<String> JUNK =
      List.of(
          "null",
          "true",
          "-1",
          "0",
          "1e308",
          "1e-308",
          "99999999999999999999",
          "\"\"",
          "\"\\ud800\"",
          "[]",
          "{}",
          "[[]]",
          "[null]",
          "\"\\u0000\"",
          "0.5",
          "[1,\"a\"]",
          "{\"a\":{}}",
          "NaN",
          "'x'",
          "[[[[[[[[1]]]]]]]]",
          "\"🙂\"",
          "2147483648",
          "-0");

  @TempDir private Path directory;

  @Test
  void noMutationOfAValidBodyIsAnErrorOfTheServer() {
    Random random = new Random(SEED);
    ServerOptions options = Serving.options().with(Limits.DEFAULT.withTokens(1000, 20, 3));
    List<String> paths = VALID.keySet().stream().sorted().toList();
    try (Serving serving = Serving.start(directory, options)) {
      int refused = 0;
      for (int i = 0; i < COUNT; i++) {
        String path = paths.get(random.nextInt(paths.size()));
        byte[] body = mutated(VALID.get(path), random);
        Serving.Answer answer =
            serving.send(serving.request(path).POST(HttpRequest.BodyPublishers.ofByteArray(body)));
        assertThat(answer.status())
            .as(
                "seed %d, number %d: %s %s → %s",
                SEED, i, path, new String(body, StandardCharsets.UTF_8), answer.body())
            .isLessThan(500);
        if (answer.status() >= 400) {
          assertThat(answer.error()).isNotEmpty();
          refused++;
        }
      }
      assertThat(refused).isBetween(COUNT / 4, COUNT);
      Serving.await(() -> serving.metric("gss_rows") == 0);
      assertThat(serving.metric("gss_queue")).isZero();
    }
  }

  private static byte[] mutated(String valid, Random random) {
    String text = valid;
    for (int times = random.nextInt(3); times >= 0; times--) {
      text = mutatedOnce(text, random);
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (random.nextInt(10) == 0 && bytes.length > 0) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  private static String mutatedOnce(String text, Random random) {
    int colon = -1;
    for (int skip = random.nextInt(8); skip >= 0; skip--) {
      int next = text.indexOf(':', colon + 1);
      colon = next < 0 ? colon : next;
    }
    String junk = JUNK.get(random.nextInt(JUNK.size()));
    int at = text.isEmpty() ? 0 : random.nextInt(text.length());
    int kind = random.nextInt(4);
    if (kind == 0) {
      return text.substring(0, at);
    } else if (kind == 1) {
      return text.substring(0, at) + junk + text.substring(at);
    }
    return colon < 0
        ? junk
        : text.substring(0, colon + 1) + junk + text.substring(end(text, colon));
  }

  /** Where the value behind a colon ends. */
  private static int end(String text, int colon) {
    int end = colon + 1;
    int depth = 0;
    while (end < text.length()
        && (depth > 0 || (text.charAt(end) != ',' && text.charAt(end) != '}'))) {
      depth += "[{".indexOf(text.charAt(end)) >= 0 ? 1 : 0;
      depth -= "]}".indexOf(text.charAt(end)) >= 0 ? 1 : 0;
      end++;
    }
    return end;
  }
}
