package io.github.gss4j.layers;

import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Where layers declare their parameters: each by name, role, shape and first value. What comes back
 * is drawn from a seed or read from a checkpoint, as the source has it.
 */
public final class Parameters {
  private final Source source;
  private final Precision precision;
  private final Device device;
  private final String prefix;
  private final List<Parameter> declared;

  /** Gives a parameter's value: a seed, or a checkpoint. */
  @FunctionalInterface
  public interface Source {
    /**
     * The value of one parameter, in any dtype, on the CPU.
     *
     * @param name its full name
     * @param init how it starts when it is new
     * @param shape the shape it must have
     */
    Tensor value(String name, Init init, long[] shape);

    /**
     * A copy to keep: in a given dtype, and in memory that it shares with no other parameter. A
     * checkpoint reads straight into that dtype.
     */
    default Tensor owned(String name, Init init, long[] shape, ScalarType dtype) {
      Tensor given = value(name, init, shape);
      Tensor moved = given.to(dtype);
      return moved.is_alias_of(given) ? moved.clone() : moved;
    }
  }

  private Parameters(
      Source source, Precision precision, Device device, String prefix, List<Parameter> declared) {
    this.source = source;
    this.precision = precision;
    this.device = device;
    this.prefix = prefix;
    this.declared = declared;
  }

  /** An empty list of parameters, to be declared from a source. */
  public static Parameters from(Source source, Precision precision, Device device) {
    Source kept = precision == Precision.INT8 ? Int8.quantised(source) : source;
    return new Parameters(kept, precision, device, "", new ArrayList<>());
  }

  /**
   * Makes a model of parameters of a source; frees them where that fails.
   *
   * @param model declares the parameters
   */
  public static <M> M make(
      Source source, Precision precision, Device device, Function<Parameters, M> model) {
    Parameters parameters = from(source, precision, device);
    try {
      return model.apply(parameters);
    } catch (RuntimeException e) {
      parameters.release();
      throw e;
    }
  }

  /**
   * The names and shapes of the parameters that a model declares, without making them.
   *
   * @param making makes the model from a source, on a device where tensors have no values, and
   *     frees it
   * @return in the order of declaration
   */
  public static Map<String, List<Long>> shapes(BiConsumer<Source, Device> making) {
    Device nowhere = Tensors.nowhere();
    TensorOptions meta = Tensors.options(ScalarType.Float, nowhere);
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    Source source =
        (name, init, shape) -> {
          shapes.put(name, Arrays.stream(shape).boxed().toList());
          return torch.empty(shape, meta, new MemoryFormatOptional());
        };
    making.accept(source, nowhere);
    return shapes;
  }

  /** The same list under a name within: {@code at("dss")} declares {@code dss.…}. */
  public Parameters at(String name) {
    return new Parameters(source, precision, device, prefix + name + ".", declared);
  }

  /**
   * Declares a parameter.
   *
   * @return its value, owned by this list until {@link #release()}
   */
  public Tensor declare(String name, Role role, Init init, long... shape) {
    String full = prefix + name;
    Tensor value =
        Scopes.kept(
            () -> {
              ScalarType dtype = precision.storage(role);
              Tensor given = source.owned(full, init, shape, dtype).to(device, dtype);
              return Packed.isFor(precision, role, device) ? Packed.of(given) : given;
            });
    if (!Arrays.equals(Tensors.shape(value), shape)) {
      throw new IllegalArgumentException(
          full
              + " has shape "
              + Tensors.text(Tensors.shape(value))
              + ", expected "
              + Tensors.text(shape));
    }
    declared.add(new Parameter(full, role, value));
    return value;
  }

  /** The dtypes of the model. */
  public Precision precision() {
    return precision;
  }

  /** Everything declared so far, in order. */
  public List<Parameter> all() {
    return List.copyOf(declared);
  }

  /** Frees all parameters. */
  public void release() {
    declared.forEach(p -> p.value().releaseReference());
    declared.clear();
  }
}
