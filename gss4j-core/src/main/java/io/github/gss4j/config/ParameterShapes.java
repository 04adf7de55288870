package io.github.gss4j.config;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Collects the names and shapes of the parameters that a configuration asks for, in order. */
public final class ParameterShapes {
  private final String prefix;
  private final Map<String, List<Long>> shapes;
  private final LongAdder products;

  ParameterShapes() {
    this("", new LinkedHashMap<>(), new LongAdder());
  }

  private ParameterShapes(String prefix, Map<String, List<Long>> shapes, LongAdder products) {
    this.prefix = prefix;
    this.shapes = shapes;
    this.products = products;
  }

  /** The same list under a name within: {@code at("dss")} adds {@code dss.…}. */
  public ParameterShapes at(String name) {
    return new ParameterShapes(prefix + name + ".", shapes, products);
  }

  /** Adds a parameter. */
  public void add(String name, long... shape) {
    shapes.put(prefix + name, Arrays.stream(shape).boxed().toList());
  }

  /** Adds a LayerNorm's scale and shift. */
  public void norm(String name, long width) {
    at(name).add("weight", width);
    at(name).add("bias", width);
  }

  /** Adds a linear map's weight. */
  public void linear(String name, long inputs, long outputs) {
    at(name).add("weight", outputs, inputs);
    products.add(inputs * outputs);
  }

  /** Adds a linear map's weight and bias. */
  public void linearWithBias(String name, long inputs, long outputs) {
    linear(name, inputs, outputs);
    at(name).add("bias", outputs);
  }

  /** Adds a Transformer's feed-forward part under {@code ff}. */
  void feedForward(long dim, long innerDim) {
    ParameterShapes ff = at("ff");
    ff.norm("norm", dim);
    ff.linear("to_hidden.0", dim, innerDim);
    ff.linearWithBias("to_out", innerDim, dim);
  }

  /** How many multiplications all linear maps take for a token. */
  long products() {
    return products.sum();
  }

  /** All shapes by name, in order. */
  Map<String, List<Long>> all() {
    return Collections.unmodifiableMap(shapes);
  }
}
