package io.github.gss4j.weights;

import io.github.gss4j.checkpoint.PyTorchCheckpoint;
import io.github.gss4j.checkpoint.Safetensors;
import io.github.gss4j.checkpoint.ShardedSafetensors;
import io.github.gss4j.checkpoint.StoredTensor;
import io.github.gss4j.checkpoint.TensorData;
import io.github.gss4j.checkpoint.TensorSource;
import io.github.gss4j.checkpoint.TensorType;
import io.github.gss4j.ops.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** Whole files of libtorch's tensors. */
public final class TensorFiles {
  private TensorFiles() {}

  /** Reads all tensors of a file, in its order and dtypes, into the caller's scope. */
  public static Map<String, Tensor> read(Path file) {
    return read(TensorSource.open(file).tensors());
  }

  /** Reads stored tensors, in their dtypes, into the caller's scope. */
  static Map<String, Tensor> read(Map<String, StoredTensor> stored) {
    Map<String, Tensor> all = new LinkedHashMap<>();
    stored.forEach((name, tensor) -> all.put(name, TensorReader.read(tensor)));
    return all;
  }

  /** Reads one tensor of a file, in its dtype, into the caller's scope. */
  public static Tensor read(Path file, String name) {
    return TensorReader.read(TensorSource.open(file).get(name));
  }

  /**
   * Writes a safetensors file and syncs it to disk. Not atomic: write aside and rename where
   * another may read.
   *
   * @param tensors by name, written in this order
   * @param metadata free text by name
   */
  public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    Safetensors.write(file, data(tensors), metadata);
  }

  /**
   * Writes shards of safetensors and their index.
   *
   * @param maxShardBytes of tensors in a shard; only a tensor that is larger alone exceeds it
   * @see ShardedSafetensors#write
   */
  static void writeShards(
      Path directory, Map<String, Tensor> tensors, Map<String, String> metadata, long maxShardBytes)
      throws IOException {
    ShardedSafetensors.write(directory, data(tensors), metadata, maxShardBytes);
  }

  /** Writes a file that {@code torch.load(file, weights_only=True)} reads. */
  public static void writePyTorch(Path file, Map<String, Tensor> tensors) throws IOException {
    PyTorchCheckpoint.write(file, data(tensors));
  }

  /** Tensors as they are written to files: their bytes are good until they are freed. */
  public static Map<String, TensorData> data(Map<String, Tensor> tensors) {
    Map<String, TensorData> data = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> data.put(name, new Data(tensor)));
    return data;
  }

  /** A tensor's bytes, whatever its device and strides. */
  private record Data(Tensor tensor) implements TensorData {
    @Override
    public TensorType dtype() {
      return TensorTypes.of(tensor.scalar_type());
    }

    @Override
    public List<Long> shape() {
      return Arrays.stream(Tensors.shape(tensor)).boxed().toList();
    }

    @Override
    public void forEachPart(Part action) throws IOException {
      try (PointerScope scope = new PointerScope()) {
        TensorReader.forEachPart(tensor.detach().cpu().contiguous(), action);
      }
    }
  }
}
