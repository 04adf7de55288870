package io.github.gss4j.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.hub.DownloadListener;
import io.github.gss4j.hub.Hub;
import io.github.gss4j.hub.HubAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where a model's files lie.
 *
 * @param weights the file of weights, or the index of several
 * @param config its {@code config.json}, if there is one
 */
public record ModelFiles(Path weights, Optional<Path> config) {
  /** The file of sizes and options. */
  public static final String CONFIG = "config.json";

  /** The file of weights. */
  public static final String WEIGHTS = "model.safetensors";

  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private static final List<String> USUAL =
      List.of(
          WEIGHTS,
          ShardedSafetensors.INDEX,
          "model.pt",
          "pytorch_model.bin",
          "pytorch_model.bin.index.json");

  /** Weights or an index of such: no hidden file, and not what a trainer leaves beside them. */
  private static final Pattern WEIGHT_FILE =
      Pattern.compile(
          "(?!\\.|(optimizer|training_args|scheduler|scaler|rng_state.*)\\.)"
              + ".*\\.(safetensors|pt|pth|bin|(safetensors|bin)\\.index\\.json)");

  private static final Pattern SHARD = Pattern.compile(".*\\d-of-\\d+\\.\\w+");

  /**
   * Finds a model.
   *
   * @param named a file of weights with its config beside it, a model's directory, or a run's
   * @throws CheckpointException if there is none, or more than one
   */
  public static ModelFiles find(Path named) {
    Path path = CheckpointLink.follow(named);
    if (Files.isRegularFile(path)) {
      return beside(path);
    }
    if (!Files.isDirectory(path)) {
      throw new CheckpointException(
          path, "no such file or directory (a model of the hub is hf:OWNER/NAME, a path is none)");
    }
    for (String name : List.of("", "best", "last")) {
      Optional<Path> weights = weights(CheckpointLink.follow(path.resolve(name)));
      if (weights.isPresent()) {
        return beside(weights.get());
      }
    }
    throw new CheckpointException(
        path, "holds no model: expected " + String.join(", ", USUAL) + " or one file of weights");
  }

  /**
   * Where a model's files lie, which are fetched from the hub first unless they are in the cache.
   *
   * @param model a path, or {@code hf:OWNER/NAME[@revision][:FILE]}
   * @param progress is told of what is downloaded
   * @return a file of weights with its config beside it, or the path that was given
   */
  public static Path locate(String model, Hub hub, DownloadListener progress) {
    if (HubAddress.isAddress(model)) {
      return hub.pull(HubAddress.parse(model), progress).weights().get(0);
    }
    try {
      return Path.of(model);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("model is '" + model + "', which is not a path", e);
    }
  }

  /** Writes a {@code config.json} into an existing directory. */
  public static void saveConfig(ModelConfig config, Path directory) throws IOException {
    Files.write(directory.resolve(CONFIG), JSON.writeValueAsBytes(config.toJson()));
  }

  private static ModelFiles beside(Path weights) {
    Path config = weights.resolveSibling(CONFIG);
    return new ModelFiles(weights, Optional.of(config).filter(Files::isRegularFile));
  }

  /** The directory that holds them. */
  public Path directory() {
    Path parent = weights.getParent();
    return parent == null ? Path.of("") : parent;
  }

  private static Optional<Path> weights(Path directory) {
    for (String name : USUAL) {
      if (Files.isRegularFile(directory.resolve(name))) {
        return Optional.of(directory.resolve(name));
      }
    }
    if (!Files.isDirectory(directory)) {
      return Optional.empty();
    }
    List<String> found;
    try (Stream<Path> files = Files.list(directory)) {
      found =
          files
              .filter(Files::isRegularFile)
              .map(file -> file.getFileName().toString())
              .filter(name -> WEIGHT_FILE.matcher(name).matches())
              .sorted()
              .toList();
    } catch (IOException e) {
      throw new CheckpointException(directory, "cannot be listed: " + e.getMessage(), e);
    }
    if (found.stream().anyMatch(ModelFiles::isIndex)) {
      found = found.stream().filter(name -> !SHARD.matcher(name).matches()).toList();
    }
    if (found.size() > 1) {
      throw new CheckpointException(
          directory, "holds several files of weights, name one: " + Lists.brief(found));
    }
    return found.stream().findFirst().map(directory::resolve);
  }

  private static boolean isIndex(String name) {
    return name.endsWith(".index.json");
  }
}
