package io.github.gss4j.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The sizes of a GPT-2, under the names of its {@code config.json}.
 *
 * @param numTokens {@code vocab_size}: V
 * @param positions {@code n_positions}, the most tokens it reads
 * @param dim {@code n_embd}: D
 * @param depth {@code n_layer}
 * @param heads {@code n_head}, which divides D
 * @param innerDim {@code n_inner}: F, 4 D where it is not named
 * @param epsilon {@code layer_norm_epsilon}
 * @param tanhGelu {@code activation_function: gelu_new}, GELU by its tanh approximation; otherwise
 *     {@code gelu}
 * @param scaled {@code scale_attn_weights}: scores are divided by √d
 * @param scaledByLayer {@code scale_attn_by_inverse_layer_idx}: those of layer i by i + 1 too
 * @param tied {@code tie_word_embeddings}: logits are taken with the embedding
 */
public record Gpt2Config(
    int numTokens,
    int positions,
    int dim,
    int depth,
    int heads,
    int innerDim,
    double epsilon,
    boolean tanhGelu,
    boolean scaled,
    boolean scaledByLayer,
    boolean tied) {
  /** What {@code model_type} is. */
  public static final String MODEL_TYPE = "gpt2";

  /** Checks the ranges. */
  public Gpt2Config {
    within("vocab_size", numTokens, 1 << 24);
    within("n_positions", positions, 1 << 24);
    within("n_embd", dim, 1 << 20);
    within("n_layer", depth, 1 << 10);
    within("n_head", heads, dim);
    within("n_inner", innerDim, 1 << 24);
    Checks.that(
        dim % heads == 0, "n_embd", dim + " and n_head is " + heads, "n_head to divide n_embd");
    Checks.that(epsilon > 0 && epsilon < 1, "layer_norm_epsilon", epsilon, "above 0 and below 1");
  }

  private static void within(String name, int value, int most) {
    Checks.that(value >= 1 && value <= most, name, value, "1 to " + most);
  }

  /** Whether a {@code config.json} is a GPT-2's. */
  public static boolean isGpt2(JsonNode json) {
    return json.path("model_type").asText().equals(MODEL_TYPE);
  }

  /**
   * Reads a {@code config.json}; what concerns its training alone is skipped, and null stands for
   * the default, as {@code transformers} writes it.
   *
   * @param where the file, for messages
   */
  public static Gpt2Config parse(String where, JsonNode json) {
    JsonNode given = json.deepCopy();
    if (given instanceof ObjectNode object) {
      object.properties().removeIf(field -> field.getValue().isNull());
    }
    JsonFields f = new JsonFields(where, given);
    int dim = f.integer("n_embd");
    return new Gpt2Config(
        f.integer("vocab_size"),
        f.integer("n_positions"),
        dim,
        f.integer("n_layer"),
        f.integer("n_head"),
        f.integer("n_inner", (int) Math.min(4L * dim, Integer.MAX_VALUE)),
        f.number("layer_norm_epsilon", 1e-5),
        tanhGelu(f.text("activation_function", "gelu_new")),
        f.flag("scale_attn_weights", true),
        f.flag("scale_attn_by_inverse_layer_idx", false),
        f.flag("tie_word_embeddings", true));
  }

  private static boolean tanhGelu(String activation) {
    return switch (activation) {
      case "gelu_new", "gelu_pytorch_tanh" -> true;
      case "gelu" -> false;
      default ->
          throw new IllegalArgumentException(
              "activation_function is '%s', expected gelu_new, gelu_pytorch_tanh or gelu"
                  .formatted(activation));
    };
  }

  /** What the scores of a layer are multiplied by. */
  public double scale(int layer) {
    double scale = scaled ? 1 / Math.sqrt((double) dim / heads) : 1;
    return scaledByLayer ? scale / (layer + 1) : scale;
  }
}
