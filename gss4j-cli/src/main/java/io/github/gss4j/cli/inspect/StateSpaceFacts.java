package io.github.gss4j.cli.inspect;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.config.MixerConfig;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.layers.Eigenvalues;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How long the modes of one diagonal state space remember: the time constant −1/Re Λ in tokens and
 * the magnitude |e^Λ| = e^{Re Λ}.
 *
 * @param layer its name
 * @param tokens time constants, ascending
 * @param modes the eigenvalues themselves
 */
@SuppressWarnings("ArrayRecordComponent") // printed once, never compared
record StateSpaceFacts(String layer, double[] tokens, Eigenvalues modes) {
  /** The facts of all layers, in order. */
  static List<StateSpaceFacts> of(StoredModel model) {
    List<StateSpaceFacts> all = new ArrayList<>();
    ModelConfig config = model.config();
    for (int i = 0; i < config.depth(); i++) {
      int layer = i;
      config.layers().get(i).mixer(config.dim()).ifPresent(mixer -> add(all, model, layer, mixer));
    }
    return all;
  }

  private static void add(
      List<StateSpaceFacts> all, StoredModel model, int layer, MixerConfig config) {
    String name = "layers." + layer + "." + config.prefix();
    try (StoredMixer mixer = new StoredMixer(model, layer, config)) {
      mixer
          .get()
          .modes()
          .ifPresent(modes -> all.add(new StateSpaceFacts(name, modes.timeConstants(), modes)));
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
