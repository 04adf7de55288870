package io.github.gss4j.distributed;

import java.util.Locale;

/** What of the training state each rank keeps a part of only. */
public enum ShardingMode {
  /** Nothing: every rank has parameters, gradients and moments whole. */
  NONE,
  /** The optimizer's moments and summed gradients. */
  OPTIMIZER,
  /** The parameters, too. */
  FULL;

  /** Parses {@code none}, {@code optimizer} or {@code full}. */
  public static ShardingMode parse(String name) {
    for (ShardingMode shard : values()) {
      if (shard.label().equals(name)) {
        return shard;
      }
    }
    throw new IllegalArgumentException("shard is '" + name + "', expected none, optimizer or full");
  }

  /** Its name on the command line. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
