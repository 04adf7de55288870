package io.github.gss4j.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.files.OneLine;
import java.util.List;
import java.util.Locale;

/**
 * A sequence classifier's sizes and options, as in {@code config.json}.
 *
 * @param input what its sequences are made of
 * @param numClasses {@code num_classes}
 * @param stack {@code dim}, {@code depth}, {@code dim_expansion_factor} and the layers' own options
 * @param bidirectional {@code bidirectional}: each layer reads both ways
 * @param pooling {@code pooling}: how a sequence becomes one vector
 * @param norm {@code norm}: over what layers and head normalise; mixers have layer norms of their
 *     own
 * @param placeClasses {@code place_classes}: how many classes it tells apart at every place, beside
 *     those of the sequence; 0 for none
 */
public record ClassifierConfig(
    Input input,
    int numClasses,
    StackConfig stack,
    boolean bidirectional,
    Pooling pooling,
    NormKind norm,
    int placeClasses) {

  /** What a sequence is made of. */
  public sealed interface Input permits Tokens, Values {}

  /**
   * Ids of a vocabulary.
   *
   * @param numTokens {@code num_tokens}
   */
  public record Tokens(int numTokens) implements Input {
    /** Checks the size. */
    public Tokens {
      Checks.atLeast(1, "num_tokens", numTokens);
    }
  }

  /**
   * Real numbers, such as the grey values of an image read as a line.
   *
   * @param channels {@code input_dim}, numbers at a place
   */
  public record Values(int channels) implements Input {
    /** Checks the size. */
    public Values {
      Checks.atLeast(1, "input_dim", channels);
    }
  }

  /** How a sequence becomes one vector. */
  public enum Pooling {
    /** The mean over its tokens, as in the Long Range Arena. */
    MEAN,
    /** The greatest of each number, wherever it is: what is found in one place alone counts. */
    MAX,
    /** Its last token. */
    LAST;

    private String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    private static Pooling of(String text) {
      for (Pooling pooling : values()) {
        if (pooling.text().equals(text)) {
          return pooling;
        }
      }
      throw new IllegalArgumentException(
          OneLine.of("pooling is '" + text + "', expected mean, max or last"));
    }
  }

  /** Checks the sizes. */
  public ClassifierConfig {
    Checks.atLeast(2, "num_classes", numClasses);
    Checks.that(
        placeClasses == 0 || placeClasses >= 2,
        "place_classes",
        placeClasses,
        "0 (none) or 2 and more");
    for (LayerConfig layer : norm == NormKind.BATCH ? stack.layers() : List.<LayerConfig>of()) {
      if (!(layer instanceof MixerConfig)) {
        throw new IllegalArgumentException(
            "norm is 'batch' and a layer is '"
                + layer.kind()
                + "', expected norm 'layer' there: gated layers alone have batch norms");
      }
    }
  }

  /** A copy that tells so many classes apart at every place. */
  public ClassifierConfig withPlaceClasses(int count) {
    return new ClassifierConfig(input, numClasses, stack, bidirectional, pooling, norm, count);
  }

  /**
   * Reads a {@code config.json}: {@code num_tokens} or {@code input_dim}, {@code num_classes},
   * {@code dim} and {@code depth} (or {@code layers}) must be there; a key that is not known is an
   * error.
   *
   * @param where the file, for messages
   */
  public static ClassifierConfig parse(String where, JsonNode json) {
    JsonFields fields = new JsonFields(where, json);
    ClassifierConfig config = from(fields);
    fields.refuseUnknown();
    return config;
  }

  /** Reads the same fields out of a larger object, leaving its other fields alone. */
  public static ClassifierConfig from(JsonFields fields) {
    int depth = fields.has("layers") ? 1 : fields.integer("depth");
    return new ClassifierConfig(
        input(fields),
        fields.integer("num_classes"),
        StackConfig.from(fields, StackConfig.of(fields.integer("dim"), depth)),
        fields.flag("bidirectional", false),
        Pooling.of(fields.text("pooling", Pooling.MEAN.text())),
        NormKind.of(fields.text("norm", NormKind.LAYER.text())),
        fields.integer("place_classes", 0));
  }

  private static Input input(JsonFields fields) {
    if (fields.has("num_tokens") == fields.has("input_dim")) {
      throw new IllegalArgumentException(
          "expected one of 'num_tokens' (sequences of ids) and 'input_dim' (of real numbers)");
    }
    return fields.has("num_tokens")
        ? new Tokens(fields.integer("num_tokens"))
        : new Values(fields.integer("input_dim"));
  }

  /** The fields as in {@code config.json}. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    if (input instanceof Tokens tokens) {
      json.put("num_tokens", tokens.numTokens());
    } else if (input instanceof Values values) {
      json.put("input_dim", values.channels());
    }
    json.put("num_classes", numClasses).setAll(stack.toJson());
    json.put("bidirectional", bidirectional).put("pooling", pooling.text());
    if (norm != NormKind.LAYER) { // keys that earlier versions do not know
      json.put("norm", norm.text());
    }
    if (placeClasses > 0) {
      json.put("place_classes", placeClasses);
    }
    return json;
  }
}
