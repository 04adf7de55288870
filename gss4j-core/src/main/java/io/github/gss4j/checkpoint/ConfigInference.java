package io.github.gss4j.checkpoint;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the shapes of a model's tensors say of its configuration, in the fields of {@code
 * config.json}. Only {@code dss_kernel_lambda_imag_exp} leaves no trace in them.
 */
final class ConfigInference {
  private static final Pattern LAYER = Pattern.compile("layers\\.(\\d+)\\..+");

  private ConfigInference() {}

  /**
   * Infers fields; those that the tensors do not tell are left out.
   *
   * @param shapes by our own names
   */
  static ObjectNode fields(Map<String, List<Long>> shapes) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    List<Long> embedding = matrix(shapes, "token_emb.weight");
    if (embedding != null) {
      json.put("num_tokens", embedding.get(0));
      json.put("dim", embedding.get(1));
    }
    long depth =
        shapes.keySet().stream()
            .map(LAYER::matcher)
            .filter(Matcher::matches)
            .map(m -> m.group(1))
            .distinct()
            .count();
    json.put("depth", depth);
    List<Long> toU = matrix(shapes, "layers.0.to_u.0.weight");
    if (toU != null) {
      json.put("dim_expansion_factor", factor(toU.get(0), toU.get(1)));
    }
    List<Long> c = matrix(shapes, "layers.0.dss.C_real");
    if (c != null) {
      json.put("dss_kernel_N", c.get(1));
    }
    if (c != null && toU != null) { // without a gate it has as many channels as the model
      json.put("dss_kernel_H", c.get(0));
    }
    boolean norm = shapes.containsKey("to_logits.0.weight");
    json.put("final_norm", norm);
    json.put(
        "tie_embeddings",
        !shapes.containsKey("to_logits.weight") && !shapes.containsKey("to_logits.1.weight"));
    return json;
  }

  private static List<Long> matrix(Map<String, List<Long>> shapes, String name) {
    List<Long> shape = shapes.get(name);
    return shape == null || shape.size() != 2 || shape.contains(0L) ? null : shape;
  }

  /** The factor whose product with dim, cut to a whole number, is the inner dimension. */
  private static double factor(long innerDim, long dim) {
    double factor = (double) innerDim / dim;
    return (long) (factor * dim) == innerDim ? factor : Math.nextUp(factor);
  }
}
