package io.github.gss4j.weights;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.checkpoint.ConfigFile;
import io.github.gss4j.checkpoint.Lists;
import io.github.gss4j.checkpoint.ModelFiles;
import io.github.gss4j.checkpoint.TensorSource;
import io.github.gss4j.config.ClassifierConfig;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.SequenceClassifier;
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
 * Classifiers on disk: {@code config.json} and {@code model.safetensors} in a directory, or a run
 * of {@code gss classify}, whose best checkpoint is taken.
 */
public final class PretrainedClassifier {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private PretrainedClassifier() {}

  /**
   * Loads a classifier into memory of its own.
   *
   * @param path a directory, a run's directory, or a file of weights with its config beside it
   * @throws CheckpointException if a file is missing, damaged, or of another model than its config
   */
  public static SequenceClassifier load(Path path, Precision precision, Device device) {
    ModelFiles files = ModelFiles.find(path);
    TensorSource weights = TensorSource.open(files.weights());
    ClassifierConfig config = config(files);
    SequenceClassifier model;
    try {
      model =
          SequenceClassifier.of(
              config, new StoredParameters(new TensorReader(weights)), precision, device);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(files.weights(), e.getMessage(), e);
    }
    List<String> unknown = new ArrayList<>(weights.names());
    model.parameters().forEach(p -> unknown.remove(p.name()));
    if (!unknown.isEmpty()) {
      model.close();
      throw new CheckpointException(
          files.weights(),
          "has tensors that its config does not describe: " + Lists.brief(unknown));
    }
    return model;
  }

  /**
   * A classifier's config.
   *
   * @param path as in {@link #load}
   * @throws CheckpointException if there is none, or it is not a classifier's
   */
  public static ClassifierConfig config(Path path) {
    return config(ModelFiles.find(path));
  }

  private static ClassifierConfig config(ModelFiles files) {
    Path file =
        files
            .config()
            .orElseThrow(
                () -> new CheckpointException(files.weights(), "has no config.json beside it"));
    try {
      return ClassifierConfig.parse(file.toString(), ConfigFile.read(file));
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(file, "is not a classifier's config: " + e.getMessage(), e);
    }
  }

  /**
   * Writes a classifier's two files into an existing directory. Not atomic: write into a directory
   * aside and rename it whole.
   */
  public static void save(SequenceClassifier model, Path directory) throws IOException {
    saveConfig(model, directory);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Parameter p : model.parameters()) {
      tensors.put(p.name(), p.value());
    }
    TensorFiles.write(directory.resolve(ModelFiles.WEIGHTS), tensors, Map.of("format", "pt"));
  }

  /** Writes a classifier's {@code config.json} alone. */
  public static void saveConfig(SequenceClassifier model, Path directory) throws IOException {
    Files.write(
        directory.resolve(ModelFiles.CONFIG), JSON.writeValueAsBytes(model.config().toJson()));
  }
}
