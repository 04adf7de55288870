package io.github.gss4j.ops;

import java.util.Arrays;
import java.util.function.Consumer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Java values to tensors and back, and the few spellings that libtorch's binding makes long. */
public final class Tensors {
  static {
    Native.load();
  }

  private Tensors() {}

  /** A device from its name: {@code cpu}, {@code cuda}, {@code cuda:1}. */
  public static Device device(String name) {
    if (!name.matches("cpu|cuda(:\\d{1,3})?")) {
      throw new IllegalArgumentException(
          "device is '" + name + "', expected cpu, cuda or cuda:N with N the number of the GPU");
    }
    if (name.startsWith("cuda") && !torch.cuda_is_available()) {
      throw new IllegalArgumentException(
          "device is '"
              + name
              + "', but libtorch finds no CUDA device: build with the Maven profile 'gpu' on a"
              + " machine with an NVIDIA driver, or use --device cpu");
    }
    return new Device(name);
  }

  /** Where tensors have a shape and a dtype, and no values. */
  public static Device nowhere() {
    return new Device("meta");
  }

  /**
   * A tensor of 64-bit integers, such as token ids; on the CPU, as all that is made of an array.
   */
  public static Tensor of(long[] values, long... shape) {
    return Tensor.create(values, shape);
  }

  /** A tensor of 32-bit integers. */
  public static Tensor of(int[] values, long... shape) {
    return Tensor.create(values, shape);
  }

  /** A float32 tensor. */
  public static Tensor of(float[] values, long... shape) {
    return Tensor.create(values, shape);
  }

  /** A float64 tensor. */
  public static Tensor of(double[] values, long... shape) {
    return Tensor.create(values, shape);
  }

  /** Zeros of the dtype and on the device of another tensor. */
  public static Tensor zerosLike(Tensor other, long... shape) {
    return torch.zeros(shape, optionsOf(other));
  }

  /**
   * What a tensor is to be made of and where: always both, so that none is by chance on the CPU.
   */
  public static TensorOptions options(ScalarType type, Device device) {
    return new TensorOptions(type).device(new DeviceOptional(device));
  }

  /** {@link #options} of a tensor that is on the CPU on purpose. */
  public static TensorOptions onCpu(ScalarType type) {
    return options(type, device("cpu"));
  }

  /** The dtype and device of a tensor, for making others like it. */
  public static TensorOptions optionsOf(Tensor tensor) {
    return options(tensor.scalar_type(), tensor.device());
  }

  /** The integers {@code from, …, to-1} in float64, on the device of another tensor. */
  public static Tensor range(long from, long to, Tensor like) {
    return torch.arange(
        new Scalar(from),
        new Scalar(to),
        new Scalar(1L),
        options(ScalarType.Double, like.device()));
  }

  /** A tensor's dtype as the enum's own constant (the binding makes a new one each call). */
  public static ScalarType type(Tensor tensor) {
    return tensor.scalar_type().intern();
  }

  /** The lengths of a tensor's dimensions. */
  public static long[] shape(Tensor tensor) {
    long[] shape = new long[(int) tensor.dim()];
    Arrays.setAll(shape, tensor::size);
    return shape;
  }

  /** A shape as messages show it: {@code (2, 37, 16)}. */
  public static String text(long... shape) {
    return Arrays.toString(shape).replace('[', '(').replace(']', ')');
  }

  /** All values, in row-major order, as float64. */
  public static double[] toDoubles(Tensor tensor) {
    double[] values = new double[Math.toIntExact(tensor.numel())];
    read(tensor, ScalarType.Double, data -> new DoublePointer(data).get(values));
    return values;
  }

  /** All values, in row-major order, as float32. */
  public static float[] toFloats(Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.numel())];
    read(tensor, ScalarType.Float, data -> new FloatPointer(data).get(values));
    return values;
  }

  /** All values, in row-major order, as 64-bit integers. */
  public static long[] toLongs(Tensor tensor) {
    long[] values = new long[Math.toIntExact(tensor.numel())];
    read(tensor, ScalarType.Long, data -> new LongPointer(data).get(values));
    return values;
  }

  /** The one value of a one-element tensor. */
  public static double value(Tensor tensor) {
    return toDoubles(tensor)[0];
  }

  /** The bytes of a contiguous tensor on the CPU, as they are in memory; not a copy. */
  public static BytePointer bytes(Tensor tensor) {
    return new BytePointer(tensor.data_ptr()).capacity(tensor.numel() * tensor.element_size());
  }

  private static void read(Tensor tensor, ScalarType type, Consumer<Pointer> reader) {
    try (PointerScope scope = new PointerScope()) {
      reader.accept(tensor.detach().cpu().to(type).contiguous().data_ptr());
    }
  }
}
