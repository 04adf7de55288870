package io.github.gss4j.run.checkpoint;

import io.github.gss4j.checkpoint.ShardedSafetensors;
import io.github.gss4j.distributed.ProcessGroup;
import io.github.gss4j.distributed.ShardingStrategy;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.optim.Optimizer;
import io.github.gss4j.run.files.RunDirectory;
import io.github.gss4j.trainer.Trainer;
import io.github.gss4j.trainer.TrainingState;
import io.github.gss4j.weights.TensorFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * A checkpoint of what ranks keep in parts: whole tensors, in a file per unit (a layer, or what is
 * in none), in the form in which the Hugging Face hub keeps large models.
 *
 * <p>As many units as there are ranks are gathered one after the other; then each rank writes one,
 * all at the same time. Nothing in the files tells how many ranks wrote them.
 */
final class UnitFiles {
  private static final Map<String, String> METADATA = Map.of("format", "pt");

  private final ShardingStrategy sharding;
  private final ProcessGroup group;
  private final Path directory;
  private final TrainingState.Averaged averaged;

  private UnitFiles(Trainer<?> trainer, Path directory, TrainingState.Averaged averaged) {
    this.sharding = trainer.sharding();
    this.group = trainer.group();
    this.directory = directory;
    this.averaged = averaged;
  }

  /** Writes model and optimizer, on all ranks at once. */
  static void write(Trainer<?> trainer, Path directory) throws IOException {
    try (TrainingState.Averaged averaged = trainer.averagedInParts()) {
      UnitFiles files = new UnitFiles(trainer, directory, averaged);
      for (int first = 0; first <= files.sharding.root(); first += files.group.worldSize()) {
        files.writeSome(first);
      }
      if (files.group.isFirst()) {
        trainer.task().saveConfig(directory);
        files.writeIndices();
      }
    }
  }

  private String file(String kind, int unit) {
    return "%s-%05d-of-%05d.safetensors".formatted(kind, unit + 1, sharding.root() + 1);
  }

  private void writeSome(int first) throws IOException {
    try (PointerScope scope = new PointerScope()) {
      int mine = first + group.rank();
      Map<String, Tensor> model = new LinkedHashMap<>();
      Map<String, Tensor> optimizer = new LinkedHashMap<>();
      int end = Math.min(first + group.worldSize(), sharding.root() + 1);
      for (int unit = first; unit < end; unit++) {
        gather(unit, unit == mine ? model : null, unit == mine ? optimizer : null);
      }
      if (mine < end) {
        TensorFiles.write(directory.resolve(file("model", mine)), model, METADATA);
        if (!optimizer.isEmpty()) {
          TensorFiles.write(directory.resolve(file("optimizer", mine)), optimizer, Map.of());
        }
      }
    }
  }

  /** Gathers a unit on all ranks; the one that writes it has a place for it. */
  private void gather(int unit, Map<String, Tensor> model, Map<String, Tensor> optimizer) {
    sharding.gather(unit, ShardingStrategy.NONE);
    if (model != null) {
      sharding.unit(unit).forEach(p -> model.put(p.name(), p.value().detach().clone()));
    }
    sharding.free(unit);
    Map<String, Tensor> state = averaged.state();
    for (Map.Entry<String, Set<String>> of : parametersByKind(unit).entrySet()) {
      String kind = of.getKey();
      Map<String, Tensor> parts = new LinkedHashMap<>();
      for (String name : of.getValue()) {
        if (state.containsKey(kind + name)) {
          parts.put(name, state.remove(kind + name));
        }
      }
      if (optimizer != null) {
        Map<String, Tensor> whole = sharding.assemble(unit, parts);
        of.getValue().forEach(name -> optimizer.put(kind + name, whole.get(name)));
      } else {
        try (PointerScope scope = new PointerScope()) {
          sharding.assemble(unit, parts);
        }
      }
    }
    if (optimizer != null) {
      for (Parameter p : sharding.unit(unit)) {
        String since = Optimizer.TRAINED_SINCE + p.name();
        if (state.containsKey(since)) {
          optimizer.put(since, state.get(since));
        }
      }
    }
  }

  /** The trained parameters that have a tensor of each kind, on every rank the same. */
  private Map<String, Set<String>> parametersByKind(int unit) {
    Set<String> trained = Set.copyOf(sharding.trainable());
    Map<String, Set<String>> names = new LinkedHashMap<>();
    for (Parameter p : sharding.unit(unit)) {
      if (trained.contains(p.name())) {
        for (String kind : averaged.kindsInParts(p)) {
          names.computeIfAbsent(kind, none -> new LinkedHashSet<>()).add(p.name());
        }
      }
    }
    return names;
  }

  private void writeIndices() throws IOException {
    Map<String, String> model = new LinkedHashMap<>();
    Map<String, String> optimizer = new LinkedHashMap<>();
    Set<String> trained = Set.copyOf(sharding.trainable());
    Set<String> state = averaged.state().keySet();
    long modelBytes = 0;
    long optimizerBytes = 0;
    for (int unit = 0; unit <= sharding.root(); unit++) {
      for (Parameter p : sharding.unit(unit)) {
        long bytes = p.value().numel() * p.value().element_size();
        model.put(p.name(), file("model", unit));
        modelBytes += bytes;
        if (trained.contains(p.name())) {
          for (String kind : averaged.kindsInParts(p)) {
            optimizer.put(kind + p.name(), file("optimizer", unit));
            optimizerBytes += bytes;
          }
        }
        if (state.contains(Optimizer.TRAINED_SINCE + p.name())) {
          optimizer.put(Optimizer.TRAINED_SINCE + p.name(), file("optimizer", unit));
          optimizerBytes += Long.BYTES;
        }
      }
    }
    ShardedSafetensors.writeIndex(directory.resolve(ShardedSafetensors.INDEX), model, modelBytes);
    ShardedSafetensors.writeIndex(
        directory.resolve(RunDirectory.OPTIMIZER_INDEX), optimizer, optimizerBytes);
  }
}
