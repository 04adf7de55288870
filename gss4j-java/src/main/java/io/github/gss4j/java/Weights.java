package io.github.gss4j.java;

import io.github.gss4j.checkpoint.StoredTensor;
import io.github.gss4j.checkpoint.TensorSource;
import io.github.gss4j.config.ModelConfig;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a model's tensors into arrays. Values that are not numbers, or become infinite, are logged
 * as warnings, by name.
 */
final class Weights {
  private static final Logger LOG = LoggerFactory.getLogger(Weights.class);

  private final TensorSource tensors;
  private final Dtype dtype;
  private final AtomicLong bytes = new AtomicLong();

  /** What matrices are kept in. */
  enum Dtype {
    FLOAT32,
    BFLOAT16,
    INT8
  }

  Weights(TensorSource tensors, Dtype dtype) {
    this.tensors = tensors;
    this.dtype = dtype;
  }

  Dtype dtype() {
    return dtype;
  }

  /** How many bytes were read into arrays so far. */
  long bytes() {
    return bytes.get();
  }

  /** A small tensor. */
  float[] floats(String name) {
    StoredTensor stored = tensors.get(name);
    float[] values = stored.toFloats();
    bytes.addAndGet((long) values.length * Float.BYTES);
    warn(name, Dtype.FLOAT32, infinite(values, Dtype.FLOAT32));
    return values;
  }

  /** A small tensor in float64. */
  double[] doubles(String name) {
    double[] values = tensors.get(name).toDoubles();
    bytes.addAndGet((long) values.length * Float.BYTES);
    warn(name, Dtype.FLOAT32, Arrays.stream(values).filter(v -> !Double.isFinite(v)).count());
    return values;
  }

  /** How many values are NaN, or infinite in a dtype. */
  private static long infinite(float[] values, Dtype as) {
    float largest = as == Dtype.BFLOAT16 ? BFloat16.LARGEST : Float.MAX_VALUE;
    long count = 0;
    for (float value : values) {
      count += Math.abs(value) <= largest ? 0 : 1;
    }
    return count;
  }

  /** Says of values that are NaN or infinite whether they are so in the file. */
  private void warn(String name, Dtype as, long count) {
    if (count == 0) {
      return;
    }
    StoredTensor stored = tensors.get(name);
    long inFile = stored.nonFinite();
    if (inFile > 0) {
      LOG.warn(
          "{}: tensor '{}' holds {} values that are NaN or infinite: its output cannot be"
              + " trusted",
          tensors.file(),
          name,
          inFile);
    }
    if (count > inFile) {
      LOG.warn(
          "{}: tensor '{}': {} of {} values are too large for {} and become infinite: take a wider"
              + " dtype",
          tensors.file(),
          name,
          count - inFile,
          stored.elements(),
          as == Dtype.BFLOAT16 ? "BF16" : "F32");
    }
  }

  LayerNorm norm(String name) {
    return new LayerNorm(floats(name + ".weight"), floats(name + ".bias"));
  }

  /** A product without bias. */
  Matrix matrix(String name) {
    return read(name + ".weight", dtype);
  }

  /** One that is float32 whatever the dtype. */
  Matrix floatMatrix(String name) {
    return read(name + ".weight", Dtype.FLOAT32);
  }

  /** A product with bias. */
  Linear linear(String name) {
    float[] bias = floats(name + ".bias");
    return new Linear(matrix(name), Arrays.copyOf(bias, Kernels.padded(bias.length)));
  }

  /** What makes logits of hidden vectors. A tied embedding is not kept in 8 bits. */
  Matrix head(ModelConfig config) {
    if (config.tieEmbeddings()) {
      return read("token_emb.weight", dtype == Dtype.INT8 ? Dtype.BFLOAT16 : dtype);
    }
    return matrix(config.finalNorm() ? "to_logits.1" : "to_logits");
  }

  /** Vectors of tokens: float32, or bfloat16 where matrices are smaller than float32. */
  Embedding embedding(String name) {
    StoredTensor stored = tensors.get(name);
    int width = Math.toIntExact(stored.shape().get(1));
    if (dtype == Dtype.FLOAT32) {
      float[] values = floats(name);
      return (id, into, at) -> System.arraycopy(values, id * width, into, at, width);
    }
    int rows = Math.toIntExact(stored.shape().get(0));
    short[] halves = new short[Math.multiplyExact(rows, width)];
    bytes.addAndGet((long) halves.length * Short.BYTES);
    AtomicLong infinite = new AtomicLong();
    forRows(
        stored,
        Kernels.PANEL,
        (first, values, count) -> {
          infinite.addAndGet(infinite(values, Dtype.BFLOAT16));
          for (int i = 0; i < count * width; i++) {
            halves[first * width + i] = BFloat16.of(values[i]);
          }
        });
    warn(name, Dtype.BFLOAT16, infinite.get());
    return (id, into, at) -> {
      for (int i = 0; i < width; i++) {
        into[at + i] = BFloat16.value(halves[id * width + i]);
      }
    };
  }

  private Matrix read(String name, Dtype as) {
    StoredTensor stored = tensors.get(name);
    int outputs = Math.toIntExact(stored.shape().get(0));
    int inputs = Math.toIntExact(stored.shape().get(1));
    Matrix matrix =
        switch (as) {
          case FLOAT32 -> new FloatMatrix(outputs, inputs);
          case BFLOAT16 -> new BFloat16Matrix(outputs, inputs);
          case INT8 -> new Int8Matrix(outputs, inputs);
        };
    bytes.addAndGet(matrix.bytes());
    AtomicLong infinite = new AtomicLong();
    forRows(
        stored,
        Kernels.PANEL,
        (first, values, count) -> {
          infinite.addAndGet(infinite(values, as));
          matrix.pack(first / Kernels.PANEL, values);
        });
    warn(name, as, infinite.get());
    return matrix;
  }

  /** What is done with some rows of a matrix. */
  private interface Use {
    /**
     * Takes rows.
     *
     * @param first the number of the first
     * @param values the rows, zeros after the last of the matrix
     */
    void rows(int first, float[] values, int count);
  }

  /** Reads a matrix some rows at a time, on all cores. */
  private static void forRows(StoredTensor stored, int step, Use use) {
    int rows = Math.toIntExact(stored.shape().get(0));
    int width = Math.toIntExact(stored.shape().get(1));
    int steps = (rows + step - 1) / step;
    int parts = Math.min(steps, 4 * Runtime.getRuntime().availableProcessors());
    IntStream.range(0, parts)
        .parallel()
        .forEach(
            part -> {
              float[] values = new float[step * width];
              for (int i = part; i < steps; i += parts) {
                int first = i * step;
                int count = Math.min(step, rows - first);
                stored.toFloats((long) first * width, values, count * width);
                Arrays.fill(values, count * width, values.length, 0);
                use.rows(first, values, count);
              }
            });
  }
}
