package io.github.gss4j.ops;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorList;
import org.bytedeco.pytorch.TensorVector;

/** Calls ATen operators that have no Java binding, by name through libtorch's dispatcher. */
public final class Aten {
  static {
    Native.load();
  }

  private Aten() {}

  /**
   * Calls an operator for its effect on the tensors it is given.
   *
   * @param name the operator's name, such as {@code aten::_fused_adamw_}
   * @param arguments in the schema's order: {@code Double}, {@code Boolean}, {@code Long}, {@link
   *     Tensor}, a {@code List<Tensor>}, or null for an optional left out
   */
  public static void call(String name, Object... arguments) {
    try (PointerScope scope = new PointerScope()) {
      stackAfter(name, arguments);
    }
  }

  /** Calls an operator for its one result, in the caller's scope. */
  public static Tensor result(String name, Object... arguments) {
    // toTensor looks into the stack, which ends with the scope: a copy of the handle does not
    return Scopes.scoped(() -> new Tensor(stackAfter(name, arguments).get(0).toTensor()));
  }

  private static IValueVector stackAfter(String name, Object... arguments) {
    IValueVector stack = new IValueVector();
    for (Object argument : arguments) {
      stack.push_back(value(argument));
    }
    Dispatcher.singleton().findSchemaOrThrow(name, "").callBoxed(stack);
    return stack;
  }

  private static IValue value(Object argument) {
    if (argument == null) {
      return new IValue();
    } else if (argument instanceof Double x) {
      return new IValue(x.doubleValue());
    } else if (argument instanceof Boolean x) {
      return new IValue(x.booleanValue());
    } else if (argument instanceof Long x) {
      return new IValue(x.longValue());
    } else if (argument instanceof Tensor x) {
      return new IValue(x);
    } else if (argument instanceof List<?> list) {
      Tensor[] tensors = list.stream().map(Tensor.class::cast).toArray(Tensor[]::new);
      return new IValue(new GenericList(new TensorList(new TensorVector(tensors))));
    }
    throw new IllegalArgumentException(
        "argument of type " + argument.getClass().getName() + " has no place in an operator call");
  }
}
