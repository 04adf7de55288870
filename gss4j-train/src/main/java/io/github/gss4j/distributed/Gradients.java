package io.github.gss4j.distributed;

import io.github.gss4j.layers.Parameter;
import io.github.gss4j.ops.Autograd;
import io.github.gss4j.ops.Scopes;
import java.util.ArrayDeque;
import java.util.Deque;
import org.bytedeco.pytorch.Tensor;

/** Gradients on their way between ranks: two sums at a time, while the backward pass continues. */
final class Gradients {
  private static final int MOST = 2;

  private final Deque<Pending> underWay = new ArrayDeque<>();

  /** Adds a sum that was started; waits for the oldest where there are too many. */
  void started(Pending sum) {
    underWay.add(sum);
    if (underWay.size() > MOST) {
      underWay.remove().await();
    }
  }

  /** Waits for all. */
  void await() {
    while (!underWay.isEmpty()) {
      underWay.remove().await();
    }
  }

  /** Takes a parameter's gradient off it. */
  static void drop(Parameter p) {
    Scopes.run(() -> p.value().mutable_grad().reset());
  }

  /** Sets a parameter's gradient. */
  static void put(Parameter p, Tensor gradient) {
    p.value().mutable_grad().put(gradient);
  }

  /** A parameter's gradient; undefined where none came. */
  static Tensor of(Parameter p) {
    return Autograd.gradient(p.value());
  }
}
