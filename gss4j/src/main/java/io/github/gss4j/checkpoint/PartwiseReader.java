package io.github.gss4j.checkpoint;

import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Reads a tensor into the dtype it shall have, some megabytes at a time, and looks at each part for
 * values that are no numbers while the processor still has it at hand.
 */
final class PartwiseReader {
  private static final long PART_BYTES = 4L << 20;

  private PartwiseReader() {}

  /** Reads a contiguous tensor. */
  static TensorSource.Loaded read(
      Path file,
      FileChannel channel,
      String name,
      TensorType dtype,
      List<Long> shape,
      long position,
      ScalarType wanted) {
    long[] nonFinite = {0};
    Tensor tensor =
        Scopes.scoped(
            () -> {
              Tensor all = empty(TensorIo.dimensions(shape), wanted);
              Tensor flat = all.view(-1);
              boolean same = dtype.scalarType() == wanted.intern();
              long step = PART_BYTES / dtype.bytes();
              Tensor buffer =
                  empty(new long[] {same ? 0 : Math.min(step, all.numel())}, dtype.scalarType());
              for (long from = 0; from < all.numel(); from += step) {
                long count = Math.min(step, all.numel() - from);
                try (PointerScope scope = new PointerScope()) {
                  Tensor target = flat.narrow(0, from, count);
                  Tensor part = same ? target : buffer.narrow(0, 0, count);
                  fill(file, channel, name, part, position + from * dtype.bytes());
                  nonFinite[0] += NonFinite.count(part);
                  if (!same) {
                    target.copy_(part);
                  }
                }
              }
              return all;
            });
    return new TensorSource.Loaded(tensor, nonFinite[0]);
  }

  private static Tensor empty(long[] shape, ScalarType dtype) {
    return torch.empty(shape, new TensorOptions(dtype), new MemoryFormatOptional());
  }

  private static void fill(Path file, FileChannel channel, String name, Tensor part, long at) {
    try {
      TensorIo.readFully(channel, Tensors.bytes(part).asByteBuffer(), at);
    } catch (IOException e) {
      throw new CheckpointException(
          file, "tensor '" + name + "' cannot be read: " + e.getMessage(), e);
    }
  }
}
