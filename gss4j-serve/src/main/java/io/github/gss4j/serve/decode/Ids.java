package io.github.gss4j.serve.decode;

import java.util.UUID;

/** Ids that nothing else has. */
public final class Ids {
  private Ids() {}

  /** A new one. */
  public static String next(String prefix) {
    return prefix + UUID.randomUUID().toString().replace("-", "");
  }
}
