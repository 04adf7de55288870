package io.github.gss4j.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.model.ModelConfig;
import io.github.gss4j.ops.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;

/**
 * A model on disk: a directory with {@code config.json} and {@code model.safetensors}, as on the
 * Hugging Face hub. A run's directory will do too: its best checkpoint is taken.
 */
public final class PretrainedModel {
  /** The file of sizes and options. */
  public static final String CONFIG = "config.json";

  /** The file of weights. */
  public static final String WEIGHTS = "model.safetensors";

  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private PretrainedModel() {}

  /**
   * Loads a model.
   *
   * @param path the directory
   * @throws CheckpointException if a file is missing, damaged, or of another shape than its config
   */
  public static LanguageModel load(Path path, Precision precision, Device device) {
    Path directory = directory(path);
    ModelConfig config = config(directory);
    Safetensors weights = Safetensors.open(directory.resolve(WEIGHTS));
    check(weights, LanguageModel.shapes(config));
    return LanguageModel.of(config, (name, init, shape) -> weights.tensor(name), precision, device);
  }

  /** The directory that holds the files: the path itself, or the best checkpoint of a run. */
  public static Path directory(Path path) {
    if (!Files.exists(path)) {
      throw new CheckpointException(path, "no such model directory");
    }
    for (String name : List.of(".", "best", "last")) {
      Path candidate = path.resolve(name);
      if (Files.exists(candidate.resolve(CONFIG)) && Files.exists(candidate.resolve(WEIGHTS))) {
        return candidate.normalize();
      }
    }
    throw new CheckpointException(
        path, "holds no model: expected " + CONFIG + " and " + WEIGHTS + " in it");
  }

  /** Reads a directory's configuration. */
  public static ModelConfig config(Path directory) {
    Path file = directory.resolve(CONFIG);
    try {
      return ModelConfig.parse(file.toString(), JSON.readTree(Files.readAllBytes(file)));
    } catch (JsonProcessingException e) {
      throw new CheckpointException(file, "is not JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new CheckpointException(file, "cannot be read: " + e.getMessage(), e);
    }
  }

  private static void check(Safetensors weights, Map<String, List<Long>> expected) {
    List<String> missing = new ArrayList<>(expected.keySet());
    missing.removeAll(weights.entries().keySet());
    List<String> unexpected = new ArrayList<>(weights.entries().keySet());
    unexpected.removeAll(expected.keySet());
    if (!missing.isEmpty() || !unexpected.isEmpty()) {
      throw new CheckpointException(
          weights.file(),
          "does not fit its "
              + CONFIG
              + ": missing tensors "
              + brief(missing)
              + ", unexpected tensors "
              + brief(unexpected));
    }
    expected.forEach(
        (name, shape) -> {
          List<Long> found = weights.entries().get(name).shape();
          if (!found.equals(shape)) {
            throw new CheckpointException(
                weights.file(),
                "tensor '"
                    + name
                    + "' has shape "
                    + text(found)
                    + ", but "
                    + CONFIG
                    + " asks for "
                    + text(shape));
          }
        });
  }

  private static String brief(List<String> names) {
    return names.size() <= 5
        ? names.toString()
        : names.subList(0, 5) + " and " + (names.size() - 5) + " more";
  }

  private static String text(List<Long> shape) {
    return Tensors.text(shape.stream().mapToLong(Long::longValue).toArray());
  }

  /**
   * Writes a model's two files into an existing directory and syncs them. Not atomic: write into a
   * directory aside and rename it whole.
   *
   * @param metadata free text for the weights' header
   */
  public static void save(LanguageModel model, Path directory, Map<String, String> metadata)
      throws IOException {
    Files.write(directory.resolve(CONFIG), JSON.writeValueAsBytes(model.config().toJson()));
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Parameter p : model.parameters()) {
      tensors.put(p.name(), p.value());
    }
    Map<String, String> all = new LinkedHashMap<>(metadata);
    all.putIfAbsent("format", "pt"); // what loaders of the ecosystem look for
    Safetensors.write(directory.resolve(WEIGHTS), tensors, all);
  }
}
