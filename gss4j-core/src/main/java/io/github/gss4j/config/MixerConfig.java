package io.github.gss4j.config;

import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * A gated layer by its mixer. Kinds are found by {@link ServiceLoader}, each with its default
 * options, so that a new one changes no other file.
 */
public non-sealed interface MixerConfig extends LayerConfig {
  /** One of each kind of mixer on the class path, with its default options; {@code gss} first. */
  static List<MixerConfig> kinds() {
    return MixerKinds.ALL;
  }

  /** The mixer's prefix in the layer's parameter names, as published. */
  String prefix();

  /** H, the number of channels of the mixer. */
  int channels();

  /** Adds the mixer's own parameters. */
  void shapes(ParameterShapes p);

  /** How many numbers it remembers of a text of so many tokens. */
  long stateNumbers(long tokens);

  /** How many multiplications it takes for the token after so many, beside its linear maps. */
  long mixing(long tokens);

  @Override
  default Optional<MixerConfig> mixer(int dim) {
    return Optional.of(this);
  }

  @Override
  default long stateNumbers(int dim, long tokens) {
    return stateNumbers(tokens);
  }

  @Override
  default long mixing(int dim, long tokens) {
    return mixing(tokens);
  }

  @Override
  default void shapes(ParameterShapes p, int dim, int innerDim) {
    shapes(p.at(prefix()));
    p.norm("norm", dim);
    p.linear("to_u.0", dim, innerDim);
    p.linear("to_v.0", dim, channels());
    p.linear("to_gate", channels(), innerDim);
    p.linearWithBias("to_out", innerDim, dim);
  }

  /** Refuses a number of channels that heads cannot share. */
  static void checkHeads(String widthName, int width, int heads) {
    Checks.that(
        heads >= 1 && width >= 1 && width % heads == 0,
        widthName,
        width + " and heads is " + heads,
        "heads of at least 1 that divide " + widthName);
  }
}
