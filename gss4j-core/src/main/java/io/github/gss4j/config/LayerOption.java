package io.github.gss4j.config;

/**
 * An option of a kind of layer: a key of {@code config.json}, and a flag of the command line.
 *
 * @param key such as {@code dss_kernel_N}; kinds that have the same key share the option
 * @param type of its value
 * @param label what stands for the value in help
 * @param description for help
 */
public record LayerOption(String key, Class<?> type, String label, String description) {
  static LayerOption integer(String key, String label, String description) {
    return new LayerOption(key, Integer.class, label, description);
  }

  static LayerOption number(String key, String label, String description) {
    return new LayerOption(key, Double.class, label, description);
  }

  static LayerOption flag(String key, String description) {
    return new LayerOption(key, Boolean.class, "true|false", description);
  }

  static LayerOption text(String key, String label, String description) {
    return new LayerOption(key, String.class, label, description);
  }

  /** {@code heads}, which dsconv and mhesa share. */
  static LayerOption heads() {
    return integer("heads", "N", "heads of dsconv and mhesa");
  }
}
