package io.github.gss4j.layers;

import io.github.gss4j.ops.Tensors;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.CRC32;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** How a parameter starts. */
@FunctionalInterface
public interface Init {
  /**
   * The first value of a parameter.
   *
   * @param shape its dimensions
   * @param random the parameter's own source of chance
   * @return a float32 tensor on the CPU
   */
  Tensor value(long[] shape, Generator random);

  /** Standard normal, times a scale. */
  static Init normal(double scale) {
    return (shape, random) -> {
      Tensor value = torch.empty(shape);
      return value.normal_(0.0, scale, new org.bytedeco.pytorch.GeneratorOptional(random));
    };
  }

  /** Uniform in [from, to). */
  static Init uniform(double from, double to) {
    return (shape, random) ->
        torch.empty(shape).uniform_(from, to, new org.bytedeco.pytorch.GeneratorOptional(random));
  }

  /** All the same. */
  static Init constant(double value) {
    return (shape, random) -> torch.full(shape, new org.bytedeco.pytorch.Scalar(value));
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
    return (name, init, shape) -> {
      Tensor value = init.value(shape, generator(seed, name));
      if (value.numel() != java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b)) {
        throw new IllegalStateException(name + ": init gave " + Tensors.text(Tensors.shape(value)));
      }
      return value;
    };
  }
}
