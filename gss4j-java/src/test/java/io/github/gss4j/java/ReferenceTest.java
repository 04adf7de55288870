package io.github.gss4j.java;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.checkpoint.ArrayTensor;
import io.github.gss4j.checkpoint.ModelFiles;
import io.github.gss4j.checkpoint.Safetensors;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.checkpoint.StoredTensor;
import io.github.gss4j.checkpoint.TensorData;
import io.github.gss4j.engine.EngineOptions;
import io.github.gss4j.engine.InferenceModel;
import io.github.gss4j.engine.SequenceState;
import io.github.gss4j.generation.DecodingListener;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Sampling;
import io.github.gss4j.generation.Session;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The published package's numbers, in float32: layers, models, checkpoints in the published form.
 * {@code gss.reference} names other directories with such cases.
 */
class ReferenceTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double TOLERANCE = 2e-5;

  /** What our configuration calls the layer classes' mixers. */
  private static final Map<String, String> LAYERS =
      Map.of("GSS", "gss", "GatedDsConv", "dsconv", "GatedMHESA", "mhesa");

  @TempDir private Path directory;

  private static List<Path> directories() {
    String given = System.getProperty("gss.reference", "");
    return given.isBlank()
        ? List.of(Path.of("../gss4j/src/test/resources/reference"))
        : Stream.of(given.split(File.pathSeparator, -1)).map(Path::of).toList();
  }

  private static List<Path> files(String within, String ending) {
    return directories().stream()
        .map(directory -> directory.resolve(within))
        .filter(Files::isDirectory)
        .flatMap(
            directory -> {
              try (Stream<Path> all = Files.list(directory)) {
                return all.filter(f -> f.toString().endsWith(ending)).sorted().toList().stream();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            })
        .toList();
  }

  @TestFactory
  Stream<DynamicTest> layersAndModels() {
    List<Safetensors> cases =
        files("", ".safetensors").stream()
            .map(Safetensors::open)
            .filter(file -> !file.metadata().containsKey("recipe"))
            .toList();
    assertThat(cases).as("cases in %s", directories()).isNotEmpty();
    return cases.stream()
        .map(file -> DynamicTest.dynamicTest(file.file().toString(), () -> check(file)));
  }

  private void check(Safetensors file) throws IOException {
    ObjectNode config = (ObjectNode) JSON.readTree(file.metadata().get("config"));
    String type = file.metadata().get("class");
    if (LAYERS.containsKey(type)) {
      checkLayer(file, config, LAYERS.get(type));
    } else {
      StoredTensor ids = file.stored().get("in.ids");
      int length = Math.toIntExact(ids.shape().get(1));
      try (InferenceModel model = load(file, config, "", Map.of())) {
        checkLogits(model, ids, length - 1, file.stored().get("out.logits"));
      }
    }
  }

  /** A layer as a model of depth 1 whose token i stands for row i of the input. */
  private void checkLayer(Safetensors file, ObjectNode config, String mixer) throws IOException {
    StoredTensor x = file.stored().get("in.x");
    int length = Math.toIntExact(x.shape().get(1));
    int rows = Math.toIntExact(x.shape().get(0)) * length;
    int dim = config.get("dim").asInt();
    boolean reversed = config.path("reverse_seq").asBoolean(false);
    config.remove("reverse_seq");
    config.put("num_tokens", rows).put("depth", 1).put("mixer", mixer);
    config.put("tie_embeddings", true);
    if (mixer.equals("dsconv")) {
      config.put("max_seq_len", length);
    }
    TensorData embedding = ArrayTensor.of(x.toFloats(), rows, dim);
    float[] expected = file.stored().get("out.y").toFloats();
    try (InferenceModel model =
        load(file, config, "layers.0.", Map.of("token_emb.weight", embedding))) {
      float[] found = new float[rows * dim];
      for (int from = 0; from < rows; from += length) {
        int[] ids = new int[length];
        for (int i = 0; i < length; i++) {
          ids[i] = reversed ? from + length - 1 - i : from + i;
        }
        try (SequenceState state = model.start()) {
          float[][] hidden = state.hidden(ids);
          for (int i = 0; i < length; i++) {
            System.arraycopy(hidden[i], 0, found, ids[i] * dim, dim);
          }
        }
      }
      assertClose(found, expected);
    }
  }

  private InferenceModel load(
      Safetensors file, ObjectNode config, String prefix, Map<String, TensorData> more)
      throws IOException {
    Path made = Files.createTempDirectory(directory, "model");
    Map<String, TensorData> tensors = new LinkedHashMap<>(more);
    file.stored()
        .forEach(
            (name, tensor) -> {
              if (name.startsWith("param.")) {
                tensors.put(prefix + name.substring("param.".length()), tensor.data());
              }
            });
    Safetensors.write(made.resolve(ModelFiles.WEIGHTS), tensors, Map.of());
    JSON.writeValue(made.resolve(ModelFiles.CONFIG).toFile(), config);
    return new JavaEngine().load(StoredModel.open(made), EngineOptions.DEFAULT);
  }

  private static void checkLogits(
      InferenceModel model, StoredTensor ids, int length, StoredTensor expected) {
    int[] all = Arrays.stream(ids.toDoubles()).mapToInt(id -> (int) id).toArray();
    int each = Math.toIntExact(ids.shape().get(1));
    int vocabulary = model.config().numTokens();
    float[] found = new float[all.length / each * length * vocabulary];
    for (int sequence = 0; sequence < all.length / each; sequence++) {
      try (SequenceState state = model.start()) {
        int[] some = Arrays.copyOfRange(all, sequence * each, sequence * each + length);
        float[][] logits = state.logits(some);
        for (int i = 0; i < length; i++) {
          int at = (sequence * length + i) * vocabulary;
          System.arraycopy(logits[i], 0, found, at, vocabulary);
        }
      }
    }
    assertClose(found, expected.toFloats());
  }

  private static void assertClose(float[] found, float[] expected) {
    assertThat(found).hasSameSizeAs(expected);
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      double apart = Math.abs(found[i] - expected[i]);
      difference = Double.isNaN(apart) ? Double.POSITIVE_INFINITY : Math.max(difference, apart);
    }
    assertThat(difference / largest).isLessThan(TOLERANCE);
  }

  @TestFactory
  Stream<DynamicTest> checkpointsInThePublishedForm() {
    List<Path> checkpoints = files("pretrained_form", ".pt");
    assertThat(checkpoints).as("checkpoints below %s", directories()).isNotEmpty();
    return checkpoints.stream()
        .map(file -> DynamicTest.dynamicTest(file.toString(), () -> checkCheckpoint(file)));
  }

  private static void checkCheckpoint(Path file) {
    boolean half = file.getFileName().toString().contains("float16");
    String name = half ? "expected_float16.safetensors" : "expected.safetensors";
    Safetensors expected = Safetensors.open(file.resolveSibling(name));
    try (InferenceModel model =
        new JavaEngine().load(StoredModel.open(file), EngineOptions.DEFAULT)) {
      StoredTensor ids = expected.stored().get("in.ids");
      int length = Math.toIntExact(ids.shape().get(1));
      checkLogits(model, ids, length, expected.stored().get("out.logits"));
      if (!half) {
        checkGreedy(model, Safetensors.open(file.resolveSibling("greedy.safetensors")));
      }
    }
  }

  private static void checkGreedy(InferenceModel model, Safetensors greedy) {
    int[] prompt = ids(greedy, "in.prompt");
    int[] tokens = ids(greedy, "out.tokens");
    try (Session session = Session.start(model, null)) {
      GenerationOptions options = GenerationOptions.of(tokens.length, Sampling.greedy());
      assertThat(session.generate(prompt, options, DecodingListener.SILENT).ids())
          .containsExactlyElementsOf(Arrays.stream(tokens).boxed().toList());
    }
  }

  private static int[] ids(Safetensors file, String name) {
    return Arrays.stream(file.stored().get(name).toDoubles()).mapToInt(id -> (int) id).toArray();
  }
}
