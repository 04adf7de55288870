package io.github.gss4j.config;

import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;

/** The kinds of mixers on the class path. */
final class MixerKinds {
  static final List<MixerConfig> ALL =
      ServiceLoader.load(MixerConfig.class, MixerConfig.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .sorted(
              Comparator.comparing((MixerConfig kind) -> !kind.equals(GssConfig.PUBLISHED))
                  .thenComparing(LayerConfig::kind))
          .toList();

  private MixerKinds() {}
}
