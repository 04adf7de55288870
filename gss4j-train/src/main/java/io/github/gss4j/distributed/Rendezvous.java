package io.github.gss4j.distributed;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where and as whom a process meets the others, by the variables that torchrun and its like set.
 *
 * @param address {@code MASTER_ADDR}, the first rank's host
 * @param port {@code MASTER_PORT}, where its store listens
 * @param rank {@code RANK}, this process's number among all
 * @param worldSize {@code WORLD_SIZE}, how many there are
 * @param localRank {@code LOCAL_RANK}, this process's number on its machine: which GPU it takes
 * @param keepsStore whether this process opens the store; a launcher that keeps one says so by
 *     {@code TORCHELASTIC_USE_AGENT_STORE}
 * @param networkInterface {@code GLOO_SOCKET_IFNAME}, what Gloo is bound to; empty for the one that
 *     the host's name resolves to
 * @param timeout how long a rank may keep the others waiting
 */
public record Rendezvous(
    String address,
    int port,
    int rank,
    int worldSize,
    int localRank,
    boolean keepsStore,
    String networkInterface,
    Duration timeout) {
  private static final List<String> VARIABLES =
      List.of("MASTER_ADDR", "MASTER_PORT", "RANK", "WORLD_SIZE");

  /** Checks the ranges. */
  public Rendezvous {
    check(!address.isBlank(), "MASTER_ADDR", address, "a host's name or address");
    check(port >= 0 && port < 65_536, "MASTER_PORT", port, "a port, 1 to 65535");
    check(worldSize >= 1, "WORLD_SIZE", worldSize, "at least 1");
    check(
        rank >= 0 && rank < worldSize,
        "RANK",
        rank,
        "0 to " + (worldSize - 1) + " of " + worldSize);
    check(localRank >= 0, "LOCAL_RANK", localRank, "at least 0");
    check(!timeout.isNegative() && !timeout.isZero(), "timeout", timeout, "more than nothing");
  }

  /**
   * Reads the variables.
   *
   * @param environment usually {@link System#getenv()}
   * @param networkInterface wins over the variable where it is not empty
   * @return empty where no launcher has set any: one process alone
   * @throws IllegalArgumentException if only some are set, or one is not a number
   */
  public static Optional<Rendezvous> from(
      Map<String, String> environment, String networkInterface, Duration timeout) {
    if (!environment.containsKey("RANK") && !environment.containsKey("WORLD_SIZE")) {
      return Optional.empty();
    }
    for (String name : VARIABLES) {
      if (!environment.containsKey(name)) {
        throw new IllegalArgumentException(
            name + " is not set, expected " + String.join(", ", VARIABLES) + " as torchrun sets");
      }
    }
    int rank = number(environment, "RANK", "");
    boolean agentKeepsStore =
        environment.getOrDefault("TORCHELASTIC_USE_AGENT_STORE", "").equalsIgnoreCase("true");
    return Optional.of(
        new Rendezvous(
            environment.get("MASTER_ADDR"),
            number(environment, "MASTER_PORT", ""),
            rank,
            number(environment, "WORLD_SIZE", ""),
            number(environment, "LOCAL_RANK", Integer.toString(rank)),
            rank == 0 && !agentKeepsStore,
            networkInterface.isEmpty()
                ? environment.getOrDefault("GLOO_SOCKET_IFNAME", "")
                : networkInterface,
            timeout));
  }

  /**
   * The variables that tell a process where and as whom it meets the others.
   *
   * @param address the first rank's host
   * @param port where its store listens
   */
  public static Map<String, String> variables(
      String address, int port, int rank, int worldSize, int localRank) {
    return Map.of(
        "MASTER_ADDR", address,
        "MASTER_PORT", Integer.toString(port),
        "RANK", Integer.toString(rank),
        "WORLD_SIZE", Integer.toString(worldSize),
        "LOCAL_RANK", Integer.toString(localRank));
  }

  private static int number(Map<String, String> environment, String name, String byDefault) {
    String text = environment.getOrDefault(name, byDefault).strip();
    check(text.matches("\\d{1,9}"), name, "'" + text + "'", "a number");
    return Integer.parseInt(text);
  }

  private static void check(boolean holds, String name, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(name + " is " + value + ", expected " + expected);
    }
  }

  /** Where the store is, for messages. */
  String store() {
    return address + ":" + port;
  }

  Rendezvous withPort(int actual) {
    return new Rendezvous(
        address, actual, rank, worldSize, localRank, keepsStore, networkInterface, timeout);
  }
}
