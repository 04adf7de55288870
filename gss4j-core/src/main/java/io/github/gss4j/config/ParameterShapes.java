package io.github.gss4j.config;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects the names and shapes of the parameters that a configuration asks for, in order. */
public final class ParameterShapes {
  private final String prefix;
  private final Map<String, List<Long>> shapes;

  ParameterShapes() {
    this("", new LinkedHashMap<>());
  }

  private ParameterShapes(String prefix, Map<String, List<Long>> shapes) {
    this.prefix = prefix;
    this.shapes = shapes;
  }

  /** The same list under a name within: {@code at("dss")} adds {@code dss.…}. */
  ParameterShapes at(String name) {
    return new ParameterShapes(prefix + name + ".", shapes);
  }

  /** Adds a parameter. */
  void add(String name, long... shape) {
    shapes.put(prefix + name, Arrays.stream(shape).boxed().toList());
  }

  /** Adds a LayerNorm's scale and shift. */
  void norm(String name, long width) {
    at(name).add("weight", width);
    at(name).add("bias", width);
  }

  /** Adds a dense product's weight. */
  void linear(String name, long inputs, long outputs) {
    at(name).add("weight", outputs, inputs);
  }

  /** Adds a dense product's weight and bias. */
  void linearWithBias(String name, long inputs, long outputs) {
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

  /** All shapes by name, in order. */
  Map<String, List<Long>> all() {
    return Collections.unmodifiableMap(shapes);
  }
}
