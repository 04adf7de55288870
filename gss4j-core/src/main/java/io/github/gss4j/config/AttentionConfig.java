package io.github.gss4j.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/**
 * A Transformer block's sizes; its feed-forward part is as wide as the gated space of other layers.
 *
 * @param heads {@code attention_heads}
 * @param window {@code attention_window}, W, how many tokens see each other
 * @param windows {@code attention_kind}, where windows lie
 */
public record AttentionConfig(int heads, int window, Kind windows) implements LayerConfig {
  /** Where windows lie. */
  public enum Kind {
    /** Chunks that do not overlap, as in the paper: a token sees its chunk up to itself. */
    CHUNKS,
    /** A token sees the W tokens that end with itself. */
    SLIDING;

    /** As configurations write it. */
    private String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The kind that configurations write so. */
    private static Kind of(String text) {
      for (Kind kind : values()) {
        if (kind.text().equals(text)) {
          return kind;
        }
      }
      throw new IllegalArgumentException(
          "attention_kind is '" + text + "', expected chunks or sliding");
    }
  }

  /** The paper's hybrid: chunks of 512 tokens; 8 heads. */
  public static final AttentionConfig PAPER = new AttentionConfig(8, 512, Kind.CHUNKS);

  /** Checks the sizes. */
  public AttentionConfig {
    Checks.atLeast(1, "attention_heads", heads);
    Checks.atLeast(2, "attention_window", window);
  }

  @Override
  public String kind() {
    return "attention";
  }

  @Override
  public List<LayerOption> options() {
    return List.of(
        LayerOption.integer("attention_heads", "N", "heads of attention"),
        LayerOption.integer("attention_window", "TOKENS", "tokens that see each other"),
        LayerOption.text("attention_kind", "chunks|sliding", "where windows lie"));
  }

  @Override
  public AttentionConfig read(JsonFields fields) {
    return new AttentionConfig(
        fields.integer("attention_heads", heads),
        fields.integer("attention_window", window),
        Kind.of(fields.text("attention_kind", windows.text())));
  }

  @Override
  public void write(ObjectNode json) {
    json.put("attention_heads", heads).put("attention_window", window);
    json.put("attention_kind", windows.text());
  }

  /** Keys and values of the window. */
  @Override
  public long stateNumbers(int dim, long tokens) {
    return 2L * dim * Math.min(tokens, window - 1);
  }

  @Override
  public long stateGrowsUpTo() {
    return window;
  }

  @Override
  public long mixing(int dim, long tokens) {
    return 2L * dim * Math.min(tokens + 1, window);
  }

  @Override
  public void shapes(ParameterShapes p, int dim, int innerDim) {
    ParameterShapes attention = p.at("attn");
    attention.norm("norm", dim);
    attention.linear("to_q", dim, dim);
    attention.linear("to_k", dim, dim);
    attention.linear("to_v", dim, dim);
    attention.linearWithBias("to_out", dim, dim);
    p.feedForward(dim, innerDim);
  }
}
