package io.github.gss4j.weights;

import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.checkpoint.Safetensors;
import io.github.gss4j.layers.MixerState;
import io.github.gss4j.model.Fingerprint;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.model.ModelState;
import io.github.gss4j.ops.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * A model's state on disk: what it remembers of a text, to go on from days later as if it had just
 * read it.
 *
 * <p>A safetensors file of tensors {@code layers.I.K}, with the format's version, the model's
 * fingerprint, the tokens read, the token pending and a checksum in its metadata. A state of
 * another model, of another version, or damaged is refused.
 */
public final class StateFile {
  private static final String VERSION = "1";

  private StateFile() {}

  /** Writes a state, aside first and then renamed. */
  public static void save(ModelState state, LanguageModel model, Path file) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (int i = 0; i < state.layers().size(); i++) {
      List<Tensor> memory = state.layers().get(i).tensors();
      for (int k = 0; k < memory.size(); k++) {
        tensors.put("layers." + i + "." + k, memory.get(k));
      }
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("gss4j_state_version", VERSION);
    metadata.put("fingerprint", Fingerprint.of(model));
    metadata.put("tokens", list(state.tokens().stream().map(String::valueOf).toList()));
    metadata.put(
        "pending",
        list(
            state.pending().stream()
                .map(p -> p.isPresent() ? String.valueOf(p.getAsInt()) : "")
                .toList()));
    metadata.put("checksum", checksum(tensors));
    Path target = file.toAbsolutePath();
    Path aside = target.resolveSibling(target.getFileName() + ".writing");
    TensorFiles.write(aside, tensors, metadata);
    Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Reads a state.
   *
   * @return the state, kept: the caller releases it
   * @throws CheckpointException if it is not a sound state of this very model
   */
  public static ModelState load(Path file, LanguageModel model) {
    Safetensors saved = Safetensors.open(file);
    Map<String, String> metadata = saved.metadata();
    String version = metadata.get("gss4j_state_version");
    if (!VERSION.equals(version)) {
      throw new CheckpointException(
          file,
          version == null
              ? "is not a saved state (no gss4j_state_version in it)"
              : "is a state of version " + version + ", expected " + VERSION);
    }
    if (!Fingerprint.of(model).equals(metadata.get("fingerprint"))) {
      throw new CheckpointException(
          file,
          "is a state of another model: its fingerprint differs in configuration, weights or dtype;"
              + " load the model that saved it, with the same --dtype");
    }
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> tensors = TensorFiles.read(saved.stored());
      if (!checksum(tensors).equals(metadata.get("checksum"))) {
        throw new CheckpointException(file, "is damaged: its checksum does not fit its content");
      }
      ModelState state =
          new ModelState(
              layers(file, tensors, model),
              items(file, metadata, "tokens").stream().map(Long::valueOf).toList(),
              items(file, metadata, "pending").stream().map(StateFile::pending).toList());
      return state.keep();
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(file, "is damaged: " + e.getMessage(), e);
    }
  }

  private static List<MixerState> layers(
      Path file, Map<String, Tensor> tensors, LanguageModel model) {
    List<MixerState> layers = new ArrayList<>();
    int used = 0;
    for (int i = 0; i < model.layers().size(); i++) {
      List<Tensor> memory = new ArrayList<>();
      for (int k = 0; tensors.containsKey("layers." + i + "." + k); k++) {
        Tensor tensor = tensors.get("layers." + i + "." + k);
        memory.add(tensor.to(model.device(), Tensors.type(tensor)));
      }
      used += memory.size();
      layers.add(new MixerState(memory));
    }
    if (used != tensors.size()) {
      throw new CheckpointException(
          file,
          "has " + tensors.size() + " tensors, expected " + used + " for this model's layers");
    }
    return layers;
  }

  private static OptionalInt pending(String text) {
    return text.isEmpty() ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(text));
  }

  private static String list(List<String> items) {
    return String.join(",", items);
  }

  private static List<String> items(Path file, Map<String, String> metadata, String name) {
    String text = metadata.get(name);
    if (text == null) {
      throw new CheckpointException(file, "is damaged: it does not say '" + name + "'");
    }
    return Arrays.stream(text.split(",", -1)).collect(Collectors.toList());
  }

  private static String checksum(Map<String, Tensor> tensors) {
    return tensors.entrySet().stream()
        .map(e -> e.getKey() + ":" + Long.toHexString(Fingerprint.checksum(e.getValue())))
        .collect(Collectors.joining(","));
  }
}
