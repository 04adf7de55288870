package io.github.gss4j.config;

import io.github.gss4j.files.OneLine;
import java.util.Locale;

/** Over what a classifier's layers normalise what they read. */
public enum NormKind {
  /** Each token over its dimensions. */
  LAYER,
  /** Each dimension over the tokens of a batch; once trained, by running statistics. */
  BATCH;

  /** As in {@code config.json}. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  static NormKind of(String text) {
    for (NormKind kind : values()) {
      if (kind.text().equals(text)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        OneLine.of("norm is '" + text + "', expected layer or batch"));
  }
}
