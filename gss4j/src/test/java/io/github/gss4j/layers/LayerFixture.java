package io.github.gss4j.layers;

import io.github.gss4j.config.LayerConfig;
import io.github.gss4j.ops.Native;
import io.github.gss4j.ops.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Small layers of every kind, for properties that hold for all of them. */
public record LayerFixture(CausalLayer layer, Parameters parameters) implements AutoCloseable {
  static {
    Native.threads(1); // small tensors: threads would only wait for each other
  }

  public static final int DIM = 16;
  public static final int HIDDEN = 24;

  public static LayerFixture of(LayerConfig config, long seed, Precision precision) {
    Parameters p = Parameters.from(Init.random(seed), precision, Tensors.device("cpu"));
    return new LayerFixture(Layers.causal(p, config, DIM, HIDDEN), p);
  }

  /** Standard normal numbers. */
  public static Tensor random(long seed, Precision precision, long... shape) {
    Generator generator = torch.make_generator_cpu(seed);
    Tensor value =
        torch.empty(shape, new TensorOptions(precision.base()), new MemoryFormatOptional());
    value.normal_(0, 1, new GeneratorOptional(generator));
    return value;
  }

  /** Splits a length into pieces of 1 to some hundreds. */
  public static List<Long> pieces(Random random, long length) {
    List<Long> pieces = new ArrayList<>();
    for (long left = length; left > 0; ) {
      long most = Math.min(left, List.of(1, 2, 9, 70, 300).get(random.nextInt(5)));
      long piece = 1 + random.nextLong(most);
      pieces.add(piece);
      left -= piece;
    }
    return pieces;
  }

  /** Reads a sequence piece by piece. */
  public Tensor readInPieces(Tensor x, List<Long> pieces) {
    MixerState state = layer.initialState(x.size(0));
    Recurrence recurrence = layer.recurrence();
    TensorVector parts = new TensorVector();
    long from = 0;
    for (long piece : pieces) {
      MixerOutput mixed = layer.mix(x.narrow(1, from, piece), state, recurrence);
      parts.push_back(mixed.output());
      state = mixed.state();
      from += piece;
    }
    return torch.cat(parts, 1);
  }

  /** The largest difference as a share of the largest expected magnitude. */
  public static double difference(Tensor found, Tensor expected) {
    double[] a = Tensors.toDoubles(found);
    double[] b = Tensors.toDoubles(expected);
    if (!Arrays.equals(Tensors.shape(found), Tensors.shape(expected))) {
      throw new AssertionError(
          Tensors.text(Tensors.shape(found)) + " is not " + Tensors.text(Tensors.shape(expected)));
    }
    double largest = Double.MIN_NORMAL;
    double difference = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs(b[i]));
      double d = Math.abs(a[i] - b[i]);
      difference = Double.isNaN(d) ? Double.POSITIVE_INFINITY : Math.max(difference, d);
    }
    return difference / largest;
  }

  @Override
  public void close() {
    parameters.release();
  }
}
