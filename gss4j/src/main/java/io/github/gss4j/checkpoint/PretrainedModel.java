package io.github.gss4j.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.gss4j.checkpoint.hub.Hub;
import io.github.gss4j.checkpoint.hub.HubAddress;
import io.github.gss4j.checkpoint.hub.Progress;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.model.ModelConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;

/**
 * Models on disk and on the Hugging Face hub.
 *
 * <p>A model is a directory with {@code config.json} and weights ({@code model.safetensors}, {@code
 * model.pt}, {@code pytorch_model.bin}, or shards with their index), a file of weights with {@code
 * config.json} beside it, or a run's directory, whose best checkpoint is taken. Sizes that the
 * config does not name are taken from the tensors.
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
   * @param path a file or a directory
   * @throws CheckpointException if a file is missing, damaged, or of another shape than its config
   */
  public static LanguageModel load(Path path, Precision precision, Device device) {
    return open(path).load(precision, device);
  }

  /**
   * Looks at a model without loading it.
   *
   * @param path a file or a directory
   * @throws CheckpointException if a file is missing, damaged, or of another shape than its config
   */
  public static StoredModel open(Path path) {
    return StoredModel.open(path);
  }

  /**
   * Looks at a model on disk or on the hub, which is fetched first where the cache has it not.
   *
   * @param model a path, or {@code hf:OWNER/NAME[@revision][:FILE]}
   * @param progress is told of what is downloaded
   */
  public static StoredModel open(String model, Hub hub, Progress progress) {
    return open(locate(model, hub, progress));
  }

  /**
   * Where a model's files lie, which are fetched from the hub first where the cache has them not.
   *
   * @param model a path, or {@code hf:OWNER/NAME[@revision][:FILE]}
   * @param progress is told of what is downloaded
   * @return a file of weights with its config beside it, or the path that was given
   */
  public static Path locate(String model, Hub hub, Progress progress) {
    if (HubAddress.isAddress(model)) {
      return hub.pull(HubAddress.parse(model), progress).weights().get(0);
    }
    try {
      return Path.of(model);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("model is '" + model + "', which is no path", e);
    }
  }

  /** The file of weights, or the index of several, of a file, a model's directory or a run's. */
  public static Path weights(Path path) {
    return ModelFiles.find(path).weights();
  }

  /** The directory that holds the files: the path itself, or the best checkpoint of a run. */
  public static Path directory(Path path) {
    return ModelFiles.find(path).directory();
  }

  /** Reads a model's configuration. */
  public static ModelConfig config(Path path) {
    return open(path).config();
  }

  /**
   * Writes a model's two files into an existing directory and syncs them. Not atomic: write into a
   * directory aside and rename it whole.
   *
   * @param metadata free text for the weights' header
   */
  public static void save(LanguageModel model, Path directory, Map<String, String> metadata)
      throws IOException {
    if (model.precision() == Precision.INT8) {
      throw new IllegalArgumentException(
          "the model is held in int8, which no file keeps: load it in float32 or bfloat16");
    }
    saveConfig(model.config(), directory);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Parameter p : model.parameters()) {
      tensors.put(p.name(), p.plain());
    }
    Map<String, String> all = new LinkedHashMap<>(metadata);
    all.putIfAbsent("format", "pt"); // what loaders of the ecosystem look for
    Safetensors.write(directory.resolve(WEIGHTS), tensors, all);
  }

  /** Writes a {@code config.json} into an existing directory. */
  public static void saveConfig(ModelConfig config, Path directory) throws IOException {
    Files.write(directory.resolve(CONFIG), JSON.writeValueAsBytes(config.toJson()));
  }
}
