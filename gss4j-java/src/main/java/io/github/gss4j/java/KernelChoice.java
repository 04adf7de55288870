package io.github.gss4j.java;

import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Vector API's loops where its module is there, else plain ones. */
final class KernelChoice {
  private static final Logger LOG = LoggerFactory.getLogger(KernelChoice.class);
  private static final String MODULE = "jdk.incubator.vector";

  private KernelChoice() {}

  /** Whether Java was started with the module. */
  static boolean hasVectors() {
    return ModuleLayer.boot().findModule(MODULE).isPresent();
  }

  /** What a model with weights of a dtype computes with. */
  static Supplier<Kernels> best(Weights.Dtype dtype) {
    if (!hasVectors()) {
      LOG.warn(
          "Java runs without --add-modules {}: decoding in plain loops, several times as slow",
          MODULE);
      Kernels plain = new PlainKernels();
      return () -> plain;
    }
    return new WarmingKernels(new PlainKernels(), vectors(), dtype);
  }

  /** The Vector API's loops, compiled or not. */
  static Kernels vectors() {
    try {
      return Class.forName("io.github.gss4j.java.VectorKernels")
          .asSubclass(Kernels.class)
          .getDeclaredConstructor()
          .newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the Vector API's loops cannot be made", e);
    }
  }
}
