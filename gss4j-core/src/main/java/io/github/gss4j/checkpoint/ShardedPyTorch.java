package io.github.gss4j.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Named tensors spread over several files of {@code torch.save}, as {@code transformers} wrote
 * large models before safetensors.
 *
 * @param index says which file holds which tensor
 * @param byTensor the file that holds each tensor, in the index's order
 * @param others what those tensors are, by name, whose values are not read
 * @param ignored what the files hold besides
 */
record ShardedPyTorch(
    Path index,
    Map<String, PyTorchCheckpoint> byTensor,
    Map<String, String> others,
    List<String> ignored) {
  /** The index's name in a model's directory. */
  static final String INDEX = "pytorch_model.bin.index.json";

  /**
   * Opens the files that an index lists.
   *
   * @throws CheckpointException if the index or a file is invalid, or they disagree
   */
  static ShardedPyTorch open(Path index) {
    Map<String, String> files = ShardIndex.read(index, "(bin|pt|pth)");
    Map<String, PyTorchCheckpoint> shards = new LinkedHashMap<>();
    Map<String, PyTorchCheckpoint> byTensor = new LinkedHashMap<>();
    Map<String, String> others = new LinkedHashMap<>();
    files.forEach(
        (name, file) -> {
          PyTorchCheckpoint shard =
              shards.computeIfAbsent(file, f -> PyTorchCheckpoint.open(index.resolveSibling(f)));
          if (shard.entries().containsKey(name)) {
            byTensor.put(name, shard);
          } else if (shard.others().containsKey(name)) {
            others.put(name, shard.others().get(name));
          } else {
            throw new CheckpointException(
                index, "tensor '%s': is not in '%s', where it should be".formatted(name, file));
          }
        });
    List<String> ignored = new ArrayList<>();
    shards.forEach(
        (file, shard) -> {
          for (String name : shard.entries().keySet()) {
            if (!file.equals(files.get(name))) {
              throw new CheckpointException(
                  shard.file(), "tensor '%s': is not listed there by %s".formatted(name, index));
            }
          }
          ignored.addAll(shard.ignored());
        });
    return new ShardedPyTorch(index, byTensor, others, ignored);
  }

  /** The tensors by name, to be read one by one. */
  Map<String, StoredTensor> stored() {
    Map<String, StoredTensor> stored = new LinkedHashMap<>();
    byTensor.forEach((name, shard) -> stored.put(name, shard.stored(name)));
    return stored;
  }
}
