package io.github.gss4j.layers;

import static io.github.gss4j.layers.LayerFixture.random;

import io.github.gss4j.config.GssConfig;
import io.github.gss4j.ops.Autograd;
import io.github.gss4j.ops.Native;
import io.github.gss4j.ops.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** One GSS layer over (1, length, 512), forward and backward: a process of its own. */
public final class LongLayerRun {
  private LongLayerRun() {}

  /**
   * Prints the bytes at the peak above what was resident before.
   *
   * @param args the length
   */
  @SuppressWarnings("SystemOut")
  public static void main(String[] args) {
    try (PointerScope scope = new PointerScope()) {
      Parameters p = Parameters.from(Init.random(1), Precision.FLOAT32, Tensors.device("cpu"));
      CausalLayer layer = Layers.causal(p, GssConfig.PUBLISHED, 512, 2048);
      p.all().forEach(parameter -> Autograd.require(parameter.value()));
      run(layer, 64);
      Native.threads(Runtime.getRuntime().availableProcessors());
      long before = PeakMemory.now();
      PeakMemory.reset();
      run(layer, Long.parseLong(args[0]));
      System.out.println(PeakMemory.peak() - before);
    }
  }

  private static void run(CausalLayer layer, long length) {
    try (PointerScope scope = new PointerScope()) {
      Tensor x = Autograd.require(random(1, Precision.FLOAT32, 1, length, 512));
      Tensor gradient = random(2, Precision.FLOAT32, 1, length, 512);
      Kernel kernel = layer.kernel(length);
      layer.segment(x, (part, in) -> part.forward(in, kernel), false).backward(gradient);
    }
  }
}
