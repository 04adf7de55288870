package io.github.gss4j.ops;

import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;

/**
 * Ownership of native memory: a tensor lives as long as the scope it was made in, unless it is
 * kept.
 *
 * <p>Native memory is never left to the garbage collector, which does not know how large it is.
 */
public final class Scopes {
  static {
    Native.load();
  }

  private Scopes() {}

  /**
   * Runs a computation in a scope of its own and hands its result to the enclosing scope;
   * everything else made by it is freed.
   */
  public static <T extends Pointer> T scoped(Supplier<T> computation) {
    PointerScope outer = PointerScope.getInnerScope();
    T result = kept(computation);
    if (outer != null) {
      outer.attach(result);
      result.releaseReference();
    }
    return result;
  }

  /** Runs a computation in a scope of its own; everything made by it is freed. */
  public static void run(Runnable computation) {
    try (PointerScope scope = new PointerScope()) {
      computation.run();
    }
  }

  /**
   * Runs a computation in a scope of its own and keeps its result alive beyond every scope: the
   * caller owns it and must call {@link Pointer#releaseReference()} when done.
   */
  public static <T extends Pointer> T kept(Supplier<T> computation) {
    try (PointerScope scope = new PointerScope()) {
      T result = computation.get();
      result.retainReference();
      return result;
    }
  }

  /** As {@link #scoped}, and without recording anything for a backward pass. */
  public static <T extends Pointer> T withoutGradient(Supplier<T> computation) {
    return scoped(
        () -> {
          try (NoGradGuard guard = new NoGradGuard()) {
            return computation.get();
          }
        });
  }
}
