package io.github.gss4j.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.config.DssConfig;
import io.github.gss4j.layers.DiagonalStateSpace;
import io.github.gss4j.ops.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;

/**
 * How long the modes of one diagonal state space remember: the time constant −1/Re Λ in tokens and
 * the magnitude |e^Λ| = e^{Re Λ}.
 *
 * @param layer its name
 * @param tokens time constants, ascending
 */
@SuppressWarnings("ArrayRecordComponent") // printed once, never compared
record StateSpaceFacts(String layer, double[] tokens) {
  /** The facts of all layers, in order. */
  static List<StateSpaceFacts> of(StoredModel model) {
    List<StateSpaceFacts> all = new ArrayList<>();
    for (int i = 0; i < model.config().depth(); i++) {
      if (model.config().layers().get(i) instanceof DssConfig config) {
        String name = "layers." + i + "." + config.prefix();
        all.add(new StateSpaceFacts(name, timeConstants(model, i, config)));
      }
    }
    return all;
  }

  private static double[] timeConstants(StoredModel model, int layer, DssConfig config) {
    try (StoredMixer mixer = new StoredMixer(model, layer, config);
        PointerScope scope = new PointerScope()) {
      double[] re = Tensors.toDoubles(((DiagonalStateSpace) mixer.get()).lambdaRe());
      return Arrays.stream(re).map(x -> -1 / x).sorted().toArray();
    }
  }

  private double median() {
    return tokens[tokens.length / 2];
  }

  private double longest() {
    return tokens[tokens.length - 1];
  }

  private static double magnitude(double timeConstant) {
    return Math.exp(-1 / timeConstant);
  }

  /** One line. */
  String text() {
    return String.format(
        Locale.ROOT,
        "%-20s time constants %.3g, %.3g, %.3g tokens (least, median, most); |e^Λ| %.4f, %.4f,"
            + " %.6f",
        layer,
        tokens[0],
        median(),
        longest(),
        magnitude(tokens[0]),
        magnitude(median()),
        magnitude(longest()));
  }

  /** For programs to read. */
  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("layer", layer).put("modes", tokens.length);
    json.putObject("time_constant_tokens")
        .put("min", tokens[0])
        .put("median", median())
        .put("max", longest());
    json.putObject("eigenvalue_magnitude")
        .put("min", magnitude(tokens[0]))
        .put("median", magnitude(median()))
        .put("max", magnitude(longest()));
    return json;
  }
}
