package io.github.gss4j.java;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Vector API's loops where its module is there, else plain ones. */
final class KernelChoice {
  private static final Logger LOG = LoggerFactory.getLogger(KernelChoice.class);
  private static final String MODULE = "jdk.incubator.vector";

  private KernelChoice() {}

  static Kernels best() {
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      LOG.info(
          "Java runs without --add-modules {}: decoding in plain loops, several times as slow",
          MODULE);
      return new PlainKernels();
    }
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
