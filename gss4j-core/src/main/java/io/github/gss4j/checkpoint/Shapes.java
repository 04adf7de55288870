package io.github.gss4j.checkpoint;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Shapes of tensors in files: their text in messages, and the elements they hold. */
final class Shapes {
  /** libtorch's own limit for operations on a tensor. */
  static final int MAX_DIMENSIONS = 64;

  private Shapes() {}

  /**
   * The number of elements of a shape.
   *
   * @throws CheckpointException if a size is negative or the strides of such a tensor overflow
   */
  static long elements(Path file, String name, List<Long> shape) {
    if (shape.size() > MAX_DIMENSIONS) {
      throw new CheckpointException(
          file,
          "tensor '%s': has %d dimensions, expected at most %d"
              .formatted(name, shape.size(), MAX_DIMENSIONS));
    }
    long extent = 1; // as if sizes of 0 were 1, for libtorch multiplies those into strides
    boolean empty = false;
    for (long size : shape) {
      if (size < 0) {
        throw new CheckpointException(
            file,
            "tensor '%s': shape is %s, expected sizes of 0 or more".formatted(name, text(shape)));
      }
      empty |= size == 0;
      long factor = Math.max(size, 1);
      if (extent > Long.MAX_VALUE / 16 / factor) {
        throw new CheckpointException(
            file, "tensor '%s': shape %s is larger than any file".formatted(name, text(shape)));
      }
      extent *= factor;
    }
    return empty ? 0 : extent;
  }

  /** Elements between neighbours along each dimension where they lie in row-major order. */
  static List<Long> rowMajor(List<Long> shape) {
    Long[] strides = new Long[shape.size()];
    long stride = 1;
    for (int i = shape.size() - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= Math.max(1, shape.get(i));
    }
    return List.of(strides);
  }

  /** As it stands in messages: {@code (50257, 1600)}. */
  static String text(List<Long> shape) {
    return shape.stream().map(String::valueOf).collect(Collectors.joining(", ", "(", ")"));
  }
}
