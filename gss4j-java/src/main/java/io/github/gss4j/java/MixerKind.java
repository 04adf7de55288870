package io.github.gss4j.java;

import io.github.gss4j.config.MixerConfig;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * How this engine runs a kind of mixer. Found by {@link ServiceLoader}, so that a new kind changes
 * no other file.
 */
abstract class MixerKind {
  private static final List<MixerKind> ALL =
      ServiceLoader.load(MixerKind.class, MixerKind.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .toList();

  private final Class<? extends MixerConfig> config;
  private final Reader<MixerConfig> reader;

  /** Reads a mixer's weights. */
  @FunctionalInterface
  interface Reader<C extends MixerConfig> {
    /**
     * Reads them.
     *
     * @param at the prefix of their names
     */
    Mixer read(Weights weights, C config, String at);
  }

  <C extends MixerConfig> MixerKind(Class<C> config, Reader<C> reader) {
    this.config = config;
    this.reader = (weights, options, at) -> reader.read(weights, config.cast(options), at);
  }

  private static Optional<MixerKind> of(MixerConfig config) {
    return ALL.stream().filter(kind -> kind.config == config.getClass()).findFirst();
  }

  static boolean runs(MixerConfig config) {
    return of(config).isPresent();
  }

  /**
   * Reads a mixer's weights.
   *
   * @throws IllegalArgumentException if this engine has no such mixer
   */
  static Mixer read(Weights weights, MixerConfig config, String at) {
    return of(config)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "the engine 'java' has no mixer '"
                        + config.kind()
                        + "': take the engine 'torch'"))
        .reader
        .read(weights, config, at);
  }
}
