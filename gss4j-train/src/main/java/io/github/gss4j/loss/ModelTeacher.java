package io.github.gss4j.loss;

import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/** A teacher by the functions of its model. */
record ModelTeacher(
    int vocabulary,
    Supplier<String> identity,
    UnaryOperator<Tensor> hiddenOf,
    UnaryOperator<Tensor> headOf)
    implements Teacher {
  @Override
  public String fingerprint() {
    return identity.get();
  }

  @Override
  public Tensor hidden(Tensor ids) {
    return hiddenOf.apply(ids);
  }

  @Override
  public Tensor head(Tensor hidden) {
    return headOf.apply(hidden);
  }
}
