package io.github.gss4j.layers;

import io.github.gss4j.config.LayerConfig;
import io.github.gss4j.config.MixerConfig;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.BiFunction;

/**
 * How libtorch runs a kind of mixer. Found by {@link ServiceLoader}, so that a new kind changes no
 * other file.
 */
public abstract class MixerKind {
  private static final List<MixerKind> ALL =
      ServiceLoader.load(MixerKind.class, MixerKind.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .toList();

  private final Class<? extends MixerConfig> config;
  private final BiFunction<Parameters, MixerConfig, SequenceMixer> declare;

  /**
   * A kind.
   *
   * @param config its configuration
   * @param declare declares its parameters
   */
  protected <C extends MixerConfig> MixerKind(
      Class<C> config, BiFunction<Parameters, C, SequenceMixer> declare) {
    this.config = config;
    this.declare = (p, options) -> declare.apply(p, config.cast(options));
  }

  /**
   * Declares a mixer's own parameters.
   *
   * @throws IllegalArgumentException if libtorch has no such mixer
   */
  public static SequenceMixer declare(Parameters p, MixerConfig config) {
    return ALL.stream()
        .filter(kind -> kind.config == config.getClass())
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(missing(config)))
        .declare
        .apply(p, config);
  }

  private static String missing(LayerConfig config) {
    return "the engine 'torch' has no mixer '"
        + config.kind()
        + "': a MixerKind must be on the"
        + " class path for it";
  }
}
