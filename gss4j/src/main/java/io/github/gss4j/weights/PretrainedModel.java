package io.github.gss4j.weights;

import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.checkpoint.ModelFiles;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.layers.Parameters;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.LanguageModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Models on disk, loaded into libtorch's memory and written from it. */
public final class PretrainedModel {
  private PretrainedModel() {}

  /**
   * Loads a model to read and write text with.
   *
   * @param path a file or a directory, as {@link StoredModel} says
   * @throws CheckpointException if a file is missing, damaged, or of another shape than its config
   */
  public static LanguageModel load(Path path, Precision precision, Device device) {
    return load(StoredModel.open(path), precision, device);
  }

  /**
   * Loads a model to read and write text with. Tensors that the file holds in the dtype asked for
   * are mapped, not read, and keep the file mapped until the model is closed; the others are read
   * straight into their final dtype. Weights that are not numbers are logged as warnings, by name.
   */
  public static LanguageModel load(StoredModel stored, Precision precision, Device device) {
    if (precision == Precision.INT8 || device.is_cuda()) {
      return loadToTrain(stored, precision, device); // nothing stays as it is in the file
    }
    TensorReader reader = new TensorReader(stored.tensors());
    return reader.inPlace(
        inPlace ->
            LanguageModel.of(
                stored.config(), new StoredParameters(reader, inPlace), precision, device));
  }

  /** Loads a model into memory of its own, where an optimizer may change it. */
  public static LanguageModel loadToTrain(StoredModel stored, Precision precision, Device device) {
    TensorReader reader = new TensorReader(stored.tensors());
    return LanguageModel.of(stored.config(), new StoredParameters(reader), precision, device);
  }

  /**
   * The same, of a configuration whose state spaces have more modes: the file's come first.
   *
   * @param more gives the start of all modes, of which the last ones are taken
   */
  public static LanguageModel loadToTrain(
      StoredModel stored,
      ModelConfig config,
      Parameters.Source more,
      Precision precision,
      Device device) {
    TensorReader reader = new TensorReader(stored.tensors());
    Parameters.Source widened =
        (name, init, shape) -> {
          Tensor saved = reader.tensor(name);
          long last = saved.dim() - 1;
          long missing = shape[(int) last] - saved.size(last);
          if (missing == 0) {
            return saved;
          }
          Tensor added = more.value(name, init, shape).narrow(last, saved.size(last), missing);
          return torch.cat(new TensorVector(saved, added.to(saved.scalar_type())), last);
        };
    return LanguageModel.of(config, widened, precision, device);
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
    ModelFiles.saveConfig(model.config(), directory);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Parameter p : model.parameters()) {
      tensors.put(p.name(), p.plain());
    }
    Map<String, String> all = new LinkedHashMap<>(metadata);
    all.putIfAbsent("format", "pt"); // what loaders of the ecosystem look for
    TensorFiles.write(directory.resolve(ModelFiles.WEIGHTS), tensors, all);
  }
}
