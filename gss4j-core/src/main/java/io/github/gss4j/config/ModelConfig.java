package io.github.gss4j.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A language model's sizes and options, as in {@code config.json} under the published package's
 * names.
 *
 * @param numTokens {@code num_tokens}, the vocabulary
 * @param stack {@code dim}, {@code depth}, {@code dim_expansion_factor} and the layers' own options
 * @param tieEmbeddings {@code tie_embeddings}: logits are taken with the embedding itself
 * @param finalNorm {@code final_norm}: a LayerNorm before the logits, as the pretrained model has
 * @param tokenizer {@code tokenizer}: the name of the tokenizer its ids belong to, or empty
 */
public record ModelConfig(
    int numTokens, StackConfig stack, boolean tieEmbeddings, boolean finalNorm, String tokenizer) {
  private static final Logger LOG = LoggerFactory.getLogger(ModelConfig.class);

  /** Checks the sizes. */
  public ModelConfig {
    Checks.atLeast(1, "num_tokens", numTokens);
  }

  /** A model of that size, all else as the published package has it. */
  public static ModelConfig of(int numTokens, int dim, int depth) {
    return new ModelConfig(numTokens, StackConfig.of(dim, depth), false, false, "");
  }

  /** D, the width of the residual stream. */
  public int dim() {
    return stack.dim();
  }

  /** The number of layers. */
  public int depth() {
    return stack.depth();
  }

  /** F, the width of the gated space. */
  public int innerDim() {
    return stack.innerDim();
  }

  /** The layers, from the embedding to the logits. */
  public List<LayerConfig> layers() {
    return stack.layers();
  }

  /** The names and shapes of the model's parameters, in the order of declaration. */
  public Map<String, List<Long>> shapes() {
    ParameterShapes p = new ParameterShapes();
    p.add("token_emb.weight", numTokens, dim());
    ParameterShapes stacked = p.at("layers");
    for (int i = 0; i < depth(); i++) {
      layers().get(i).shapes(stacked.at(Integer.toString(i)), dim(), innerDim());
    }
    if (finalNorm) {
      p.norm("to_logits.0", dim());
    }
    if (!tieEmbeddings) {
      p.linear(finalNorm ? "to_logits.1" : "to_logits", dim(), numTokens);
    }
    return p.all();
  }

  /** How many numbers it remembers of a text of so many tokens. */
  public long stateNumbers(long tokens) {
    return layers().stream().mapToLong(layer -> layer.stateNumbers(dim(), tokens)).sum();
  }

  /** After how many tokens what it remembers grows no more; 0 where its size is fixed. */
  public long stateGrowsUpTo() {
    return layers().stream().mapToLong(LayerConfig::stateGrowsUpTo).max().orElse(0);
  }

  /** How many multiplications it takes for the token after so many, and for its logits. */
  public long multiplications(long tokens) {
    long head = (long) dim() * numTokens;
    return layers().stream()
        .mapToLong(layer -> layer.multiplications(dim(), innerDim(), tokens))
        .reduce(head, Long::sum);
  }

  /** The longest text it reads from one state; empty where there is no end, as in most models. */
  public OptionalInt maxSeqLen() {
    return layers().stream().flatMapToInt(layer -> layer.longestText().stream()).min();
  }

  /**
   * Refuses ids that are not of the vocabulary.
   *
   * @throws IllegalArgumentException naming the first
   */
  public void checkIds(int... ids) {
    for (int id : ids) {
      if (id < 0 || id >= numTokens) {
        throw new IllegalArgumentException(
            "prompt id " + id + " is out of range, expected 0 to " + (numTokens - 1));
      }
    }
  }

  private ModelConfig withStack(StackConfig newStack) {
    return new ModelConfig(numTokens, newStack, tieEmbeddings, finalNorm, tokenizer);
  }

  /** A copy with other layers. */
  public ModelConfig withLayers(List<LayerConfig> layers) {
    return withStack(stack.withLayers(layers));
  }

  /** A copy with other options in its layers of a kind. */
  public ModelConfig withOptions(LayerConfig options) {
    return withLayers(
        layers().stream()
            .map(layer -> layer.kind().equals(options.kind()) ? options : layer)
            .toList());
  }

  /**
   * A copy with this many silent slow modes more in each state space ({@link
   * StateSpaceInit.TwoScale}): with the same weights for all else it computes the same.
   *
   * @throws IllegalArgumentException if it has no state space, or one to which none can be added
   */
  public ModelConfig withAddedModes(int count) {
    List<LayerConfig> added = layers().stream().map(layer -> layer.withAddedModes(count)).toList();
    Checks.that(
        !added.equals(layers()), "add_modes", count, "0 for a model that has no state space");
    return withLayers(added);
  }

  /** A copy with another width of the gated space. */
  public ModelConfig withExpansion(double factor) {
    return withStack(stack.withExpansion(factor));
  }

  /** A copy with another head. */
  public ModelConfig withHead(boolean tied, boolean normed) {
    return new ModelConfig(numTokens, stack, tied, normed, tokenizer);
  }

  /** A copy with another number of ids. */
  public ModelConfig withNumTokens(int count) {
    return new ModelConfig(count, stack, tieEmbeddings, finalNorm, tokenizer);
  }

  /** A copy with the name of the tokenizer its ids belong to. */
  public ModelConfig withTokenizer(String name) {
    return new ModelConfig(numTokens, stack, tieEmbeddings, finalNorm, name);
  }

  /**
   * Reads the fields of a model out of a larger object, leaving its other fields alone.
   *
   * @param byDefault what holds where a field is missing
   */
  public static ModelConfig from(JsonFields fields, ModelConfig byDefault) {
    if (fields.flag("reverse_seq", false)) {
      throw new IllegalArgumentException(
          "'reverse_seq' is true, but a language model reads from the past to the future only:"
              + " use a Reversed layer");
    }
    return new ModelConfig(
        fields.integer("num_tokens", byDefault.numTokens),
        StackConfig.from(fields, byDefault.stack),
        fields.flag("tie_embeddings", byDefault.tieEmbeddings),
        fields.flag("final_norm", byDefault.finalNorm),
        fields.text("tokenizer", byDefault.tokenizer));
  }

  /**
   * Reads a {@code config.json}, whichever program wrote it: {@code num_tokens}, {@code dim} and
   * {@code depth} (or {@code layers}) must be there, other fields have the published defaults,
   * unknown ones are logged.
   *
   * @param where the file, for messages
   */
  public static ModelConfig parse(String where, JsonNode json) {
    JsonFields fields = new JsonFields(where, json);
    ModelConfig config;
    try {
      int depth = fields.has("layers") ? 1 : fields.integer("depth");
      config = from(fields, of(fields.integer("num_tokens"), fields.integer("dim"), depth));
    } catch (IllegalArgumentException e) {
      throw e.getMessage().startsWith(where)
          ? e
          : new IllegalArgumentException(where + ": " + e.getMessage(), e);
    }
    List<String> unknown = fields.unknown();
    if (!unknown.isEmpty()) {
      LOG.warn("{}: keys that gss4j does not know and does not use: {}", where, unknown);
    }
    return config;
  }

  /** The fields as in {@code config.json}. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("num_tokens", numTokens).setAll(stack.toJson());
    json.put("tie_embeddings", tieEmbeddings).put("final_norm", finalNorm);
    if (!tokenizer.isEmpty()) {
      json.put("tokenizer", tokenizer);
    }
    return json;
  }
}
