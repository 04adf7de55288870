package io.github.gss4j.weights;

import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.checkpoint.Lists;
import io.github.gss4j.checkpoint.ModelFiles;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.checkpoint.TensorType;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.files.AtomicFile;
import io.github.gss4j.files.FileTrees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * A stored model in another form. Everything is written aside and renamed whole; nothing that
 * exists is overwritten.
 *
 * @param from the model
 * @param config as written to its {@code config.json}
 * @param dtype of all tensors; empty leaves each as it is
 * @param prefix put before all names
 * @param allowOverflow whether values that the dtype cannot hold may become infinite
 */
public record ModelConversion(
    StoredModel from,
    ModelConfig config,
    Optional<TensorType> dtype,
    String prefix,
    boolean allowOverflow) {
  private static final String ASIDE = ".writing";

  /** Adds further files to a directory. */
  @FunctionalInterface
  public interface Extras {
    /** Writes into the directory before it takes its name. */
    void write(Path directory) throws IOException;
  }

  /**
   * Writes one file of weights, and {@code config.json} beside it.
   *
   * @param file named {@code .safetensors} or {@code .pt}
   */
  public void toFile(Path file) throws IOException {
    refuse(file);
    Path directory = file.toAbsolutePath().getParent();
    Files.createDirectories(directory);
    Path aside = aside(file);
    try (PointerScope scope = new PointerScope()) {
      ModelFiles.saveConfig(config, aside);
      Path configAside = aside.resolve(ModelFiles.CONFIG);
      Path configFile = directory.resolve(ModelFiles.CONFIG);
      if (Files.exists(configFile)
          && !Arrays.equals(Files.readAllBytes(configFile), Files.readAllBytes(configAside))) {
        throw new IllegalArgumentException(
            configFile + " belongs to another model: choose another directory");
      }
      Path weights = aside.resolve("weights");
      if (file.toString().endsWith(".safetensors")) {
        TensorFiles.write(weights, tensors(), Map.of("format", "pt"));
      } else {
        TensorFiles.writePyTorch(weights, tensors());
      }
      if (!Files.exists(configFile)) {
        Files.move(configAside, configFile);
      }
      Files.move(weights, file);
    } catch (IOException e) {
      throw AtomicFile.named(file, e);
    } finally {
      FileTrees.delete(aside);
    }
  }

  /**
   * Writes a directory as the hub has them.
   *
   * @param directory a new one
   * @param maxShardBytes of tensors in one file
   * @param extras writes what else belongs there
   */
  public void toDirectory(Path directory, long maxShardBytes, Extras extras) throws IOException {
    refuse(directory);
    Path whole = directory.toAbsolutePath().normalize();
    Files.createDirectories(whole.getParent());
    Path aside = aside(whole);
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> tensors = tensors();
      ModelFiles.saveConfig(config, aside);
      Map<String, String> metadata = Map.of("format", "pt");
      if (tensors.values().stream().mapToLong(Tensor::nbytes).sum() <= maxShardBytes) {
        TensorFiles.write(aside.resolve(ModelFiles.WEIGHTS), tensors, metadata);
      } else {
        TensorFiles.writeShards(aside, tensors, metadata, maxShardBytes);
      }
      extras.write(aside);
      Files.move(aside, whole, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw AtomicFile.named(directory, e);
    } finally {
      FileTrees.delete(aside);
    }
  }

  private Map<String, Tensor> tensors() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    List<String> overflowing = new ArrayList<>();
    TensorReader reader = new TensorReader(from.tensors());
    for (String name : from.tensors().names()) {
      TensorType type = dtype.orElse(from.tensors().dtype(name));
      TensorReader.Loaded loaded = reader.readCounted(name, TensorTypes.scalar(type));
      all.put(prefix + name, loaded.tensor());
      if (loaded.overflow() > 0) {
        overflowing.add("%s (%d values)".formatted(name, loaded.overflow()));
      }
    }
    if (!overflowing.isEmpty() && !allowOverflow) {
      throw new CheckpointException(
          from.file(),
          "holds values that are too large for %s, in %s: take a wider dtype, or --allow-overflow"
                  .formatted(dtype.orElseThrow(), Lists.brief(overflowing))
              + " to write infinities; nothing was written");
    }
    return all;
  }

  private static void refuse(Path target) {
    if (Files.exists(target)) {
      throw new IllegalArgumentException(target + " already exists: choose another name");
    }
  }

  /** A directory that is new: what a killed process or somebody else left is not touched. */
  private static Path aside(Path target) throws IOException {
    Path aside = target.resolveSibling(target.getFileName() + ASIDE);
    if (Files.exists(aside)) {
      throw new IllegalArgumentException(
          aside + " is there, as a conversion that was killed leaves it: delete it, or wait");
    }
    return Files.createDirectory(aside);
  }
}
