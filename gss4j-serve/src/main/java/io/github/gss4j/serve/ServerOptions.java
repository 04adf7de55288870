package io.github.gss4j.serve;

import io.github.gss4j.config.Checks;
import io.github.gss4j.serve.api.Limits;
import io.github.gss4j.serve.decode.Capacity;
import io.github.gss4j.serve.http.Access;
import io.github.gss4j.serve.http.Guards;
import io.github.gss4j.serve.http.Timing;

/**
 * How a server serves.
 *
 * @param host the address it is bound to
 * @param port 0 takes a free one
 * @param modelName by which requests call the model
 * @param capacity how much it takes on at once and keeps
 * @param limits what a request may ask for
 * @param access who may use it
 * @param timing how long it waits
 */
public record ServerOptions(
    String host,
    int port,
    String modelName,
    Capacity capacity,
    Limits limits,
    Access access,
    Timing timing) {
  /** Checks the port. */
  public ServerOptions {
    Checks.that(port >= 0 && port <= 65535, "port", port, "0 to 65535");
    if (modelName.isBlank()) {
      throw new IllegalArgumentException("the model's name is empty");
    }
  }

  /** This machine alone, port 8080, a model called {@code gss}. */
  public static ServerOptions defaults() {
    return new ServerOptions(
        "127.0.0.1",
        8080,
        "gss",
        Capacity.defaults(),
        Limits.DEFAULT,
        Access.DEFAULT,
        Timing.DEFAULT);
  }

  /** Whether other machines reach it, and anybody there may use it. */
  public boolean isOpenToAll() {
    return !Guards.isLoopback(host) && access.apiKeys().isEmpty();
  }

  /** A copy with another address. */
  public ServerOptions withAddress(String newHost, int newPort) {
    return new ServerOptions(newHost, newPort, modelName, capacity, limits, access, timing);
  }

  /** A copy with another port; 0 takes a free one. */
  public ServerOptions withPort(int newPort) {
    return withAddress(host, newPort);
  }

  /** A copy with another name of the model. */
  public ServerOptions withModelName(String name) {
    return new ServerOptions(host, port, name, capacity, limits, access, timing);
  }

  /** A copy with another capacity. */
  public ServerOptions with(Capacity newCapacity) {
    return new ServerOptions(host, port, modelName, newCapacity, limits, access, timing);
  }

  /** A copy with other limits. */
  public ServerOptions with(Limits newLimits) {
    return new ServerOptions(host, port, modelName, capacity, newLimits, access, timing);
  }

  /** A copy with other access. */
  public ServerOptions with(Access newAccess) {
    return new ServerOptions(host, port, modelName, capacity, limits, newAccess, timing);
  }

  /** A copy with other times. */
  public ServerOptions with(Timing newTiming) {
    return new ServerOptions(host, port, modelName, capacity, limits, access, newTiming);
  }
}
