package io.github.gss4j.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.hub.DownloadListener;
import io.github.gss4j.hub.Hub;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model on disk, opened but not loaded: its configuration, and its tensors by our own names, of
 * the shapes that the configuration asks for.
 *
 * <p>A model is a directory with {@code config.json} and weights ({@code model.safetensors}, {@code
 * model.pt}, {@code pytorch_model.bin}, or shards with their index), a file of weights with {@code
 * config.json} beside it, or a run's directory, whose best checkpoint is taken. Sizes that the
 * config does not name are taken from the tensors.
 */
public final class StoredModel {
  private static final Logger LOG = LoggerFactory.getLogger(StoredModel.class);

  private final ModelFiles files;
  private final TensorSource tensors;
  private final ModelConfig config;

  private StoredModel(ModelFiles files) {
    this.files = files;
    TensorSource source = TensorSource.open(files.weights());
    List<String> names = new ArrayList<>(source.names());
    names.addAll(source.others().keySet());
    Map<String, String> all = ParameterNames.byOurs(source.file(), names);
    Map<String, String> dense = new LinkedHashMap<>(all);
    dense.values().removeAll(source.others().keySet());
    source.get(all.get(ParameterNames.EMBEDDING)); // an error if it is one of the others
    this.config = config(files, source.named(dense).shapes());
    if (config.depth() > dense.size()) { // before as many layers are listed
      throw new CheckpointException(
          source.file(),
          "does not fit its configuration: depth is %d, and there are %d tensors"
              .formatted(config.depth(), dense.size()));
    }
    Map<String, List<Long>> expected = config.shapes();
    expected.keySet().stream().map(all::get).filter(Objects::nonNull).forEach(source::get);
    leaveOutHeadOfTied(source, dense);
    this.tensors = source.named(dense);
    ShapeCheck.check(file(), dense, expected, tensors.shapes());
    names.removeAll(dense.values());
    names.addAll(source.ignored());
    if (!names.isEmpty()) {
      LOG.warn("{}: not part of the model, ignored: {}", file(), Lists.brief(names));
    }
  }

  /** A head that is stored although it is the embedding says nothing new, or contradicts it. */
  private void leaveOutHeadOfTied(TensorSource source, Map<String, String> inFile) {
    if (!config.tieEmbeddings()) {
      return;
    }
    String embedding = inFile.get(ParameterNames.EMBEDDING);
    for (String head : List.of("to_logits.weight", "to_logits.1.weight")) {
      String theirs = inFile.remove(head);
      if (theirs != null && !source.get(theirs).isSame(source.get(embedding))) {
        throw new CheckpointException(
            file(),
            ("tensor '%s' differs from '%s', but the config says tie_embeddings: set it to false to"
                    + " use the head, or take the tensor out of the file")
                .formatted(theirs, embedding));
      }
    }
  }

  /**
   * Opens a model.
   *
   * @param path a file of weights, a model's directory, or a run's
   * @throws CheckpointException if a file is missing or damaged, or config and tensors disagree
   */
  public static StoredModel open(Path path) {
    return new StoredModel(ModelFiles.find(path));
  }

  /**
   * Opens a model on disk or on the hub, which is fetched first unless it is in the cache.
   *
   * @param model a path, or {@code hf:OWNER/NAME[@revision][:FILE]}
   * @param progress is told of what is downloaded
   */
  public static StoredModel open(String model, Hub hub, DownloadListener progress) {
    return open(ModelFiles.locate(model, hub, progress));
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

  /** Its tensors under our own names, in the file's order. */
  public TensorSource tensors() {
    return tensors;
  }
}
