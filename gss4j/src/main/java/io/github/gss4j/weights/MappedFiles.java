package io.github.gss4j.weights;

import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.checkpoint.StoredTensor;
import io.github.gss4j.ops.Native;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Files as tensors of bytes in place: nothing is copied, the system reads a page when it is first
 * looked at and shares it with other processes.
 *
 * <p>Changes stay in this process. A file stays mapped for as long as any tensor cut from it lives.
 * Replacing or deleting a mapped file is safe; cutting it short in place ends the process, as
 * everywhere where files are mapped. Not thread-safe.
 */
final class MappedFiles implements AutoCloseable {
  private final Map<Path, Tensor> files = new HashMap<>();

  /**
   * A contiguous tensor in its file, in the caller's scope.
   *
   * @param stored its position is a multiple of an element's size
   * @throws CheckpointException if the file cannot be mapped
   */
  Tensor tensor(StoredTensor stored) {
    return Scopes.scoped(
        () ->
            files
                .computeIfAbsent(stored.file(), MappedFiles::map)
                .narrow(0, stored.position(), stored.bytes())
                .view(TensorTypes.scalar(stored.dtype()))
                .view(TensorReader.dimensions(stored.shape())));
  }

  private static Tensor map(Path file) {
    try {
      long size = Files.size(file);
      return Scopes.kept(
          () ->
              torch.from_file(
                  file.toString(),
                  new BoolOptional(false),
                  new LongOptional(size),
                  Tensors.onCpu(ScalarType.Byte)));
    } catch (IOException | RuntimeException e) {
      throw new CheckpointException(file, "cannot be mapped: " + Native.reason(e), e);
    }
  }

  /** Lets go of the files; tensors cut from them stay as they are. */
  @Override
  public void close() {
    files.values().forEach(Tensor::releaseReference);
    files.clear();
  }
}
