package io.github.gss4j.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.layers.DssConfig;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A language model's sizes and options, as they stand in {@code config.json} under the published
 * package's names.
 *
 * @param numTokens {@code num_tokens}, the vocabulary
 * @param dim {@code dim}, D, the width of the residual stream
 * @param depth {@code depth}, the number of layers
 * @param dimExpansionFactor {@code dim_expansion_factor}, F/D; the published default is 4
 * @param dss {@code dss_kernel_N, dss_kernel_H, dss_kernel_lambda_imag_exp}
 * @param tieEmbeddings {@code tie_embeddings}: logits are taken with the embedding itself
 * @param finalNorm {@code final_norm}: a LayerNorm before the logits, as the pretrained model has
 * @param tokenizer {@code tokenizer}: the name of the tokenizer its ids belong to, or empty
 */
public record ModelConfig(
    int numTokens,
    int dim,
    int depth,
    double dimExpansionFactor,
    DssConfig dss,
    boolean tieEmbeddings,
    boolean finalNorm,
    String tokenizer) {
  private static final Logger LOG = LoggerFactory.getLogger(ModelConfig.class);

  /** Checks the sizes. */
  public ModelConfig {
    atLeastOne("num_tokens", numTokens);
    atLeastOne("dim", dim);
    atLeastOne("depth", depth);
    if (!(dimExpansionFactor * dim >= 1) || dimExpansionFactor * dim > 1 << 24) {
      throw new IllegalArgumentException(
          "dim_expansion_factor is " + dimExpansionFactor + ", expected a positive number");
    }
  }

  /** A model of that size, all else as the published package has it. */
  public static ModelConfig of(int numTokens, int dim, int depth) {
    return new ModelConfig(numTokens, dim, depth, 4, DssConfig.PUBLISHED, false, false, "");
  }

  private static void atLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + ", expected at least 1");
    }
  }

  /** F, the width of the gated space: {@code int(dim_expansion_factor * dim)}. */
  public int hidden() {
    return (int) (dimExpansionFactor * dim);
  }

  /** The same with another mixer. */
  public ModelConfig withDss(DssConfig newDss) {
    return new ModelConfig(
        numTokens, dim, depth, dimExpansionFactor, newDss, tieEmbeddings, finalNorm, tokenizer);
  }

  /** The same with another width of the gated space. */
  public ModelConfig withExpansion(double factor) {
    return new ModelConfig(numTokens, dim, depth, factor, dss, tieEmbeddings, finalNorm, tokenizer);
  }

  /** The same with another head. */
  public ModelConfig withHead(boolean tied, boolean normed) {
    return new ModelConfig(numTokens, dim, depth, dimExpansionFactor, dss, tied, normed, tokenizer);
  }

  /** The same with the name of the tokenizer its ids belong to. */
  public ModelConfig withTokenizer(String name) {
    return new ModelConfig(
        numTokens, dim, depth, dimExpansionFactor, dss, tieEmbeddings, finalNorm, name);
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
    DssConfig dss = byDefault.dss;
    return new ModelConfig(
        fields.integer("num_tokens", byDefault.numTokens),
        fields.integer("dim", byDefault.dim),
        fields.integer("depth", byDefault.depth),
        fields.number("dim_expansion_factor", byDefault.dimExpansionFactor),
        new DssConfig(
            fields.integer("dss_kernel_N", dss.stateSize()),
            fields.integer("dss_kernel_H", dss.kernelDim()),
            fields.flag("dss_kernel_lambda_imag_exp", dss.lambdaImagExp())),
        fields.flag("tie_embeddings", byDefault.tieEmbeddings),
        fields.flag("final_norm", byDefault.finalNorm),
        fields.text("tokenizer", byDefault.tokenizer));
  }

  /**
   * Reads a {@code config.json}, whoever wrote it: {@code num_tokens}, {@code dim} and {@code
   * depth} must be there, other fields have the published defaults, unknown ones are logged.
   *
   * @param where the file, for messages
   */
  public static ModelConfig parse(String where, JsonNode json) {
    JsonFields fields = new JsonFields(where, json);
    ModelConfig sizes =
        of(fields.integer("num_tokens"), fields.integer("dim"), fields.integer("depth"));
    ModelConfig config;
    try {
      config = from(fields, sizes);
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

  /** The fields as they stand in {@code config.json}. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("num_tokens", numTokens).put("dim", dim).put("depth", depth);
    json.put("dim_expansion_factor", dimExpansionFactor);
    json.put("dss_kernel_N", dss.stateSize()).put("dss_kernel_H", dss.kernelDim());
    json.put("dss_kernel_lambda_imag_exp", dss.lambdaImagExp());
    json.put("tie_embeddings", tieEmbeddings).put("final_norm", finalNorm);
    if (!tokenizer.isEmpty()) {
      json.put("tokenizer", tokenizer);
    }
    return json;
  }
}
