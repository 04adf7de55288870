package io.github.gss4j.weights;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.checkpoint.ConfigFile;
import io.github.gss4j.checkpoint.Lists;
import io.github.gss4j.checkpoint.ModelFiles;
import io.github.gss4j.checkpoint.ShapeCheck;
import io.github.gss4j.checkpoint.TensorSource;
import io.github.gss4j.config.Gpt2Config;
import io.github.gss4j.layers.Init;
import io.github.gss4j.layers.Parameters;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.Gpt2;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A GPT-2 on disk that was looked at but not loaded, as {@code openai-community/gpt2} has it or
 * {@code transformers} writes it: names with or without {@code transformer.}, dense weights as
 * (inputs, outputs).
 */
public final class StoredGpt2 {
  private static final Logger LOG = LoggerFactory.getLogger(StoredGpt2.class);
  private static final String PREFIX = "transformer.";
  private static final Pattern CONV1D = Pattern.compile("h\\.\\d+\\.(attn|mlp)\\.c_\\w+\\.weight");

  /** Causal masks, which are not weights. */
  private static final Pattern MASK = Pattern.compile("h\\.\\d+\\.attn\\.(masked_)?bias");

  private final Path directory;
  private final TensorSource source;
  private final TensorReader reading;
  private final Gpt2Config config;
  private final Map<String, String> inFile = new LinkedHashMap<>();

  private StoredGpt2(ModelFiles files, Path configFile) {
    this.directory = files.directory();
    this.config = parse(configFile, ConfigFile.read(configFile));
    this.source = TensorSource.open(files.weights());
    this.reading = new TensorReader(source);
    source.names().forEach(this::add);
    leaveOutHeadOfTied();
    Map<String, List<Long>> found = new LinkedHashMap<>();
    inFile.forEach((ours, theirs) -> found.put(ours, source.shape(theirs)));
    Map<String, List<Long>> expected = expected();
    List<String> leftAside = new ArrayList<>(source.ignored());
    for (String other : source.others().keySet()) {
      if (expected.containsKey(ours(other))) {
        source.get(other); // an error that says what it is
      }
      leftAside.add(other);
    }
    ShapeCheck.check(source.file(), inFile, expected, found);
    if (!leftAside.isEmpty()) {
      LOG.warn("{}: not part of the model, ignored: {}", source.file(), Lists.brief(leftAside));
    }
  }

  private static Gpt2Config parse(Path file, JsonNode json) {
    try {
      return Gpt2Config.parse(file.toString(), json);
    } catch (IllegalArgumentException e) {
      throw ConfigFile.wrong(file, e);
    }
  }

  private static String ours(String theirs) {
    return theirs.startsWith(PREFIX) ? theirs.substring(PREFIX.length()) : theirs;
  }

  private void add(String theirs) {
    String ours = ours(theirs);
    if (MASK.matcher(ours).matches()) {
      return;
    }
    String before = inFile.put(ours, theirs);
    if (before != null) {
      throw new CheckpointException(
          source.file(), "holds one tensor twice, as '" + before + "' and as '" + theirs + "'");
    }
  }

  /** A head that is stored although it is the embedding says nothing new, or contradicts it. */
  private void leaveOutHeadOfTied() {
    String head = config.tied() ? inFile.remove("lm_head.weight") : null;
    String embedding = inFile.get("wte.weight");
    if (head != null && embedding != null && !source.get(head).isSame(source.get(embedding))) {
      throw new CheckpointException(
          source.file(),
          ("tensor '%s' differs from '%s', but the config says tie_word_embeddings: set it to false"
                  + " to use the head, or take the tensor out of the file")
              .formatted(head, embedding));
    }
  }

  private Map<String, List<Long>> expected() {
    Map<String, List<Long>> shapes = Gpt2.shapes(config);
    shapes.replaceAll((name, shape) -> isConv1d(name) ? reversed(shape) : shape);
    return shapes;
  }

  private static boolean isConv1d(String name) {
    return CONV1D.matcher(name).matches();
  }

  private static List<Long> reversed(List<Long> shape) {
    List<Long> reversed = new ArrayList<>(shape);
    Collections.reverse(reversed);
    return reversed;
  }

  /**
   * Whether a model is a GPT-2, by its {@code config.json}.
   *
   * @param path a file of weights with its config beside it, or a directory
   * @throws CheckpointException if there is no model
   */
  public static boolean isGpt2(Path path) {
    return ModelFiles.find(path)
        .config()
        .map(ConfigFile::read)
        .filter(Gpt2Config::isGpt2)
        .isPresent();
  }

  /**
   * Looks at a GPT-2.
   *
   * @param path a file of weights with its config beside it, or a directory
   * @throws CheckpointException if a file is missing or damaged, or config and tensors disagree
   */
  public static StoredGpt2 open(Path path) {
    ModelFiles files = ModelFiles.find(path);
    return new StoredGpt2(
        files,
        files
            .config()
            .orElseThrow(
                () ->
                    new CheckpointException(
                        files.weights(), "has no config.json beside it, which a GPT-2 needs")));
  }

  /** Its sizes. */
  public Gpt2Config config() {
    return config;
  }

  /** The directory that holds the files, and its tokenizer where it has one. */
  public Path directory() {
    return directory;
  }

  /**
   * Loads the model. Tensors that the file holds in the dtype asked for are mapped, not read, and
   * keep the file mapped until the model is closed; the others are read straight into their final
   * dtype. Weights that are not numbers are logged as warnings, by name.
   */
  public Gpt2 load(Precision precision, Device device) {
    if (device.is_cuda()) {
      return Gpt2.of(config, new Weights(reading::readWarned), precision, device);
    }
    return reading.inPlace(reader -> Gpt2.of(config, new Weights(reader), precision, device));
  }

  /** The values of the model's parameters, dense weights turned to (outputs, inputs). */
  private final class Weights implements Parameters.Source {
    private final TensorReader.Reader reader;

    private Weights(TensorReader.Reader reader) {
      this.reader = reader;
    }

    @Override
    public Tensor value(String name, Init init, long[] shape) {
      return turned(name, reading.tensor(inFile.get(name)));
    }

    @Override
    public Tensor owned(String name, Init init, long[] shape, ScalarType dtype) {
      return turned(name, reader.read(inFile.get(name), dtype));
    }

    private Tensor turned(String name, Tensor tensor) {
      return isConv1d(name) ? tensor.t() : tensor;
    }
  }
}
