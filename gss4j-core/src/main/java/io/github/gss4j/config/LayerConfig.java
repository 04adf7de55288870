package io.github.gss4j.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.files.OneLine;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Which layer, and its sizes and options: a model is made of a list of them. A configuration reads,
 * writes, checks and describes itself; nothing else asks for its kind.
 */
public sealed interface LayerConfig permits MixerConfig, DssConfig, AttentionConfig {
  /** One of each kind, with its published options; the first is the default. */
  static List<LayerConfig> kinds() {
    return Stream.concat(
            MixerConfig.kinds().stream(), Stream.of(AttentionConfig.PAPER, DssConfig.PUBLISHED))
        .toList();
  }

  /**
   * The kind of that name, with its published options.
   *
   * @throws IllegalArgumentException naming those there are
   */
  static LayerConfig named(String kind) {
    return kinds().stream()
        .filter(config -> config.kind().equals(kind))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    OneLine.of(
                        "layer '"
                            + kind
                            + "' is not known, expected "
                            + kinds().stream().map(LayerConfig::kind).toList())));
  }

  /** The name by which configurations call such a layer: {@code gss}, {@code dsconv}, …. */
  String kind();

  /** The options that the kind has. */
  List<LayerOption> options();

  /** The same kind with the options that are given, and this one's where they are not. */
  LayerConfig read(JsonFields fields);

  /** Adds the options so that {@link #read} gives them again. */
  void write(ObjectNode json);

  /** How many numbers it remembers of a text of so many tokens, in a model of that width. */
  long stateNumbers(int dim, long tokens);

  /** After how many tokens what it remembers grows no more; 0 where its size is fixed. */
  default long stateGrowsUpTo() {
    return longestText().orElse(0);
  }

  /** How many multiplications it takes for the token after so many, beside its linear maps. */
  long mixing(int dim, long tokens);

  /** How many multiplications the layer takes for the token after so many. */
  default long multiplications(int dim, int innerDim, long tokens) {
    ParameterShapes p = new ParameterShapes();
    shapes(p, dim, innerDim);
    return p.products() + mixing(dim, tokens);
  }

  /**
   * Adds the names and shapes of the layer's parameters, in the order of declaration.
   *
   * @param dim D, the width of the residual stream
   * @param innerDim F, the width of the gated space or of the feed-forward part
   */
  void shapes(ParameterShapes p, int dim, int innerDim);

  /**
   * Keys that stand for the kind where nothing names one, as in published configurations; none for
   * most.
   */
  default List<String> impliedBy() {
    return List.of();
  }

  /** What holds for the start of the layer of that number, from 0; most start alike. */
  default LayerConfig inLayer(int number) {
    return this;
  }

  /** A copy with this many silent slow modes more, where it has a state space. */
  default LayerConfig withAddedModes(int count) {
    return this;
  }

  /** The mixer in the layer, in a model of that width; empty where the layer is not made of one. */
  default Optional<MixerConfig> mixer(int dim) {
    return Optional.empty();
  }

  /** The longest text it reads from one state; empty where there is no end. */
  default OptionalInt longestText() {
    return OptionalInt.empty();
  }

  /** Whether its kernel is made of the text that it reads, and not of its parameters alone. */
  default boolean kernelFromText() {
    return false;
  }
}
