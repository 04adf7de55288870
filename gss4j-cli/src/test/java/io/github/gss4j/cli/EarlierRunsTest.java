package io.github.gss4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs of an earlier build, stopped in the middle: each continues, is inspected and writes as it
 * did.
 *
 * <p>{@code earlier/make.sh} made them; {@code scripts/check-earlier-runs.sh} compares two builds
 * on one machine to the bit.
 */
class EarlierRunsTest {
  private static final Path EARLIER = Path.of("src/test/resources/earlier");

  /** Another processor rounds otherwise; the runs are float64. */
  private static final double RELATIVE = 1e-10;

  @TempDir Path directory;

  /** The directory of runs is a copy, links as links. */
  @BeforeEach
  void copy() throws IOException {
    try (Stream<Path> files = Files.walk(EARLIER)) {
      for (Path file : files.skip(1).toList()) {
        Path to = directory.resolve(EARLIER.relativize(file).toString());
        Files.copy(file, to, LinkOption.NOFOLLOW_LINKS);
      }
    }
  }

  private Path run(String kind) {
    return directory.resolve(kind).resolve("run");
  }

  private Path expected(String kind) {
    return directory.resolve(kind).resolve("expected");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gss", "dss", "hybrid", "mhesa", "dsconv"})
  void aRunGoesOnAsIfItHadNotStopped(String kind) throws IOException {
    Path text = directory.resolve("text.txt");
    Command.here("train", "--resume", run(kind), "--data", text).ok();
    goneOn(kind);
    writes(kind, "end", "--prompt", "First Citizen:");
  }

  @Test
  void twoRanksGoOnAsIfTheyHadNotStopped() throws IOException {
    Object[] train = {"train", "--shard", "full", "--timeout", 20, "--resume", run("sharded")};
    Object[] launch = {"launch", "--nproc", 2, "--logs", directory.resolve("logs")};
    Command.process(directory, Stream.of(launch, train).flatMap(Stream::of).toArray()).ok();
    goneOn("sharded");
    writes("sharded", "end", "--prompt", "First Citizen:");
  }

  @Test
  void aClassifierGoesOnAsIfItHadNotStopped() throws IOException {
    Path data = directory.resolve("listops");
    Command.here("classify", "--resume", run("classifier"), "--data", data).ok();
    goneOn("classifier", "validation_accuracy"); // earlier builds kept no other lines of it
    ObjectNode expected = (ObjectNode) json(expected("classifier").resolve("result.json"));
    expected.remove("seconds");
    agrees(expected, json(run("classifier").resolve("result.json")), "result.json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gss", "dss", "hybrid", "mhesa", "dsconv", "sharded"})
  void aCheckpointIsInspectedAndWritesAsBefore(String kind) throws IOException {
    String facts = Command.here("inspect", run(kind).resolve("last"), "--json").ok().out();
    ObjectNode expected = (ObjectNode) json(expected(kind).resolve("inspect.json"));
    expected.remove("file");
    JsonNode found = new ObjectMapper().readTree(facts);
    if (kind.equals("dss")) { // whose state spaces earlier builds left out
      assertThat(expected.remove("state_spaces")).isEmpty();
      assertThat(found.get("state_spaces")).isNotEmpty();
    }
    agrees(expected, found, "inspect");
    writes(kind, "checkpoint", "--prompt", "First Citizen:");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gss", "dss", "hybrid", "mhesa", "dsconv", "sharded"})
  void aSavedStateIsGoneOnFromAsBefore(String kind) throws IOException {
    Path state = directory.resolve(kind).resolve("state");
    Path after = directory.resolve("after");
    writes(kind, "state", "--load-state", state, "--save-state", after);
    agrees(tensors(expected(kind).resolve("state")), tensors(after), "state");
  }

  /** A safetensors file of float64: its header, and all numbers under "numbers". */
  private static ObjectNode tensors(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] header = new byte[Math.toIntExact(bytes.getLong())];
    bytes.get(header);
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree(header);
    json.remove("__metadata__"); // has a checksum of all bits
    ArrayNode numbers = json.putArray("numbers");
    while (bytes.hasRemaining()) {
      numbers.add(bytes.getDouble());
    }
    return json;
  }

  private void writes(String kind, String when, Object... flags) throws IOException {
    String args =
        "generate --dtype float64 --greedy --repetition-penalty 1.5 --ids --max-new-tokens 12"
            + " --model";
    Stream<Object> all =
        Stream.of(args.split(" ", -1), new Object[] {run(kind).resolve("last")}, flags)
            .flatMap(Stream::of);
    Command.Result result = Command.here(all.toArray());
    assertThat(result.ok().out().strip())
        .isEqualTo(Files.readString(expected(kind).resolve("ids-" + when + ".txt")).strip());
  }

  /** All lines of the metrics are those of the run that was not stopped. */
  private void goneOn(String kind) throws IOException {
    goneOn(kind, "step");
  }

  private void goneOn(String kind, String key) throws IOException {
    List<ObjectNode> expected = new RunFiles(expected(kind)).metrics();
    List<ObjectNode> metrics =
        new RunFiles(run(kind)).metrics().stream().filter(line -> line.has(key)).toList();
    assertThat(metrics).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      agrees(expected.get(i), metrics.get(i), "metrics, line " + (i + 1));
    }
  }

  private static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(file.toFile());
  }

  /** All that was there is there, numbers up to rounding; more may have come. */
  private static void agrees(JsonNode expected, JsonNode found, String where) {
    assertThat(found).as(where).isNotNull();
    if (expected.isObject()) {
      for (Map.Entry<String, JsonNode> field : expected.properties()) {
        agrees(field.getValue(), found.get(field.getKey()), where + " " + field.getKey());
      }
    } else if (expected.isArray()) {
      assertThat(found).as(where).hasSameSizeAs(expected);
      for (int i = 0; i < expected.size(); i++) {
        agrees(expected.get(i), found.get(i), where + " " + i);
      }
    } else if (expected.isFloatingPointNumber()) {
      double value = expected.doubleValue();
      assertThat(found.doubleValue())
          .as(where)
          .isCloseTo(value, within(RELATIVE * Math.abs(value)));
    } else {
      assertThat(found).as(where).isEqualTo(expected);
    }
  }
}
