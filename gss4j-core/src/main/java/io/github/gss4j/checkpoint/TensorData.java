package io.github.gss4j.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** A tensor to be written: wherever its values lie, its bytes come part by part. */
public interface TensorData {
  /** Visits a part of a tensor's bytes. */
  @FunctionalInterface
  interface Part {
    /** Takes all bytes of the buffer. */
    void use(ByteBuffer part) throws IOException;
  }

  /** Its element type. */
  TensorType dtype();

  /** Its dimensions. */
  List<Long> shape();

  /** Visits its elements' bytes from the first to the last, in row-major order, little-endian. */
  void forEachPart(Part action) throws IOException;

  /** How many bytes its elements take. */
  default long bytes() {
    return shape().stream().reduce((long) dtype().bytes(), (a, b) -> a * b);
  }
}
