package io.github.gss4j.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.layers.Init;
import io.github.gss4j.layers.Parameters;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.model.ModelConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model on disk that was looked at but not loaded: its configuration, and its tensors by our own
 * names, of the shapes that the configuration asks for.
 */
public final class StoredModel {
  private static final Logger LOG = LoggerFactory.getLogger(StoredModel.class);

  private final ModelFiles files;
  private final TensorSource source;
  private final Map<String, String> inFile;
  private final ModelConfig config;

  private StoredModel(ModelFiles files) {
    this.files = files;
    this.source = TensorSource.open(files.weights());
    List<String> names = new ArrayList<>(source.names());
    names.addAll(source.others().keySet());
    Map<String, String> all = ParameterNames.byOurs(source.file(), names);
    this.inFile = new LinkedHashMap<>(all);
    inFile.values().removeAll(source.others().keySet());
    source.shape(all.get(ParameterNames.EMBEDDING)); // an error if it is one of the others
    this.config = config(files, shapes());
    Map<String, List<Long>> expected = LanguageModel.shapes(config);
    expected.keySet().stream().map(all::get).filter(Objects::nonNull).forEach(source::shape);
    leaveOutHeadOfTied();
    Fit.check(file(), inFile, expected, shapes());
    names.removeAll(inFile.values());
    names.addAll(source.ignored());
    if (!names.isEmpty()) {
      LOG.info("{}: not the model's, left aside: {}", file(), Lists.brief(names));
    }
  }

  /** A head that is stored although it is the embedding says nothing new, or contradicts it. */
  private void leaveOutHeadOfTied() {
    if (!config.tieEmbeddings()) {
      return;
    }
    for (String head : List.of("to_logits.weight", "to_logits.1.weight")) {
      String theirs = inFile.remove(head);
      if (theirs != null && !source.isSame(theirs, theirs(ParameterNames.EMBEDDING))) {
        throw new CheckpointException(
            file(),
            ("tensor '%s' differs from '%s', but the config says tie_embeddings: set it to false to"
                    + " use the head, or take the tensor out of the file")
                .formatted(theirs, theirs(ParameterNames.EMBEDDING)));
      }
    }
  }

  /**
   * Looks at a model.
   *
   * @param path a file of weights, a model's directory, or a run's
   * @throws CheckpointException if a file is missing or damaged, or config and tensors disagree
   */
  static StoredModel open(Path path) {
    return new StoredModel(ModelFiles.find(path));
  }

  private static ModelConfig config(ModelFiles files, Map<String, List<Long>> shapes) {
    ObjectNode fields = ConfigInference.fields(shapes);
    Path where = files.config().orElse(files.weights());
    if (files.config().isEmpty()) {
      LOG.info("{}: no config.json beside it, sizes are taken from the tensors: {}", where, fields);
    }
    files
        .config()
        .ifPresent(
            file ->
                ConfigFile.read(file)
                    .properties()
                    .forEach(
                        field -> {
                          if (!field.getValue().isNull()) {
                            fields.set(field.getKey(), field.getValue());
                          }
                        }));
    try {
      return ModelConfig.parse(where.toString(), fields);
    } catch (IllegalArgumentException e) {
      throw ConfigFile.wrong(where, e);
    }
  }

  /** The file of weights, or the index of several. */
  public Path file() {
    return files.weights();
  }

  /** The directory that holds the files, and its tokenizer where it has one. */
  public Path directory() {
    return files.directory();
  }

  /** Its sizes and options. */
  public ModelConfig config() {
    return config;
  }

  /** All shapes by our own names, in the file's order. */
  public Map<String, List<Long>> shapes() {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    inFile.forEach((ours, theirs) -> shapes.put(ours, source.shape(theirs)));
    return shapes;
  }

  /** A parameter's dimensions. */
  public List<Long> shape(String name) {
    return source.shape(theirs(name));
  }

  /** A parameter's element type in the file. */
  public TensorType dtype(String name) {
    return source.dtype(theirs(name));
  }

  /** Reads one parameter, by our own name, in the file's dtype, into the caller's scope. */
  public Tensor tensor(String name) {
    return source.tensor(theirs(name));
  }

  /**
   * Reads one parameter straight into another dtype, into the caller's scope. Values that are no
   * numbers are warned of.
   */
  public Tensor read(String name, ScalarType dtype) {
    return source.readWarned(theirs(name), dtype);
  }

  private String theirs(String name) {
    String theirs = inFile.get(name);
    if (theirs == null) {
      throw new CheckpointException(file(), "has no tensor '" + name + "'");
    }
    return theirs;
  }

  /**
   * Loads the model to read and write text with. Tensors that the file holds in the dtype asked for
   * are mapped, not read, and keep the file mapped until the model is closed; the others are read
   * straight into the dtype they shall have. Weights that are no numbers are warned of by name.
   */
  public LanguageModel load(Precision precision, Device device) {
    if (precision == Precision.INT8 || device.is_cuda()) {
      return loadToTrain(precision, device); // nothing stays as it is in the file
    }
    return source.inPlace(
        reader -> LanguageModel.of(config, new Weights(reader), precision, device));
  }

  /** Loads the model into memory of its own, where an optimizer may change it. */
  public LanguageModel loadToTrain(Precision precision, Device device) {
    return LanguageModel.of(config, new Weights(source::readWarned), precision, device);
  }

  /** The values of a model's parameters, from this file. */
  private final class Weights implements Parameters.Source {
    private final TensorSource.Reader reader;

    private Weights(TensorSource.Reader reader) {
      this.reader = reader;
    }

    @Override
    public Tensor value(String name, Init init, long[] shape) {
      return tensor(name);
    }

    @Override
    public Tensor owned(String name, Init init, long[] shape, ScalarType dtype) {
      return reader.read(theirs(name), dtype);
    }
  }
}
