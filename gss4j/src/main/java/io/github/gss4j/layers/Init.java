package io.github.gss4j.layers;

import io.github.gss4j.ops.Tensors;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.CRC32;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** How a parameter starts. */
@FunctionalInterface
public interface Init {
  /**
   * The first value of a parameter.
   *
   * @param shape its dimensions
   * @param random the parameter's own random generator
   * @return a float32 tensor on the CPU
   */
  Tensor value(long[] shape, Generator random);

  private static Tensor uninitialised(long[] shape) {
    return torch.empty(shape, Tensors.onCpu(ScalarType.Float), new MemoryFormatOptional());
  }

  /** Standard normal, times a scale. */
  static Init normal(double scale) {
    return (shape, random) -> {
      Tensor value = uninitialised(shape);
      value.normal_(0.0, scale, new GeneratorOptional(random));
      return value;
    };
  }

  /** Uniform in [from, to). */
  static Init uniform(double from, double to) {
    return (shape, random) -> {
      Tensor value = uninitialised(shape);
      value.uniform_(from, to, new GeneratorOptional(random));
      return value;
    };
  }

  /** All the same. */
  static Init constant(double value) {
    return (shape, random) -> torch.full(shape, new Scalar(value), Tensors.onCpu(ScalarType.Float));
  }

  /** PyTorch's default for the weight and bias of a linear map: uniform within ±1/√inputs. */
  static Init linear(long inputs) {
    double bound = 1 / Math.sqrt((double) inputs);
    return uniform(-bound, bound);
  }

  /**
   * A generator that depends on the seed and the parameter's name alone, so that adding a parameter
   * leaves the others as they were.
   */
  static Generator generator(long seed, String name) {
    CRC32 hash = new CRC32();
    hash.update(name.getBytes(StandardCharsets.UTF_8));
    long mixed = new Random(seed).nextLong() ^ (hash.getValue() * 0x9E3779B97F4A7C15L);
    return torch.make_generator_cpu(mixed & Long.MAX_VALUE);
  }

  /** The parameters of a new model: drawn from a seed. */
  static Parameters.Source random(long seed) {
    return (name, init, shape) -> init.value(shape, generator(seed, name));
  }
}
