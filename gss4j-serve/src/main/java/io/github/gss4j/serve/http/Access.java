package io.github.gss4j.serve.http;

import java.util.List;

/**
 * Who may use a server.
 *
 * @param apiKeys one of them must be given; none lets everybody in
 * @param allowedHosts by what names it may be called; where it is bound to loopback, loopback's own
 *     are allowed too and no others, elsewhere none means any
 * @param corsOrigins pages of which other origins may use it; {@code *} is any
 */
public record Access(List<String> apiKeys, List<String> allowedHosts, List<String> corsOrigins) {
  /** No key, no other names, no other origins. */
  public static final Access DEFAULT = new Access(List.of(), List.of(), List.of());

  /** Copies the lists. */
  public Access {
    apiKeys = List.copyOf(apiKeys);
    allowedHosts = List.copyOf(allowedHosts);
    corsOrigins = List.copyOf(corsOrigins);
    if (apiKeys.stream().anyMatch(String::isBlank)) {
      throw new IllegalArgumentException("api-key is empty, expected at least one character");
    }
  }

  /** A copy with a key. */
  public Access withApiKey(String key) {
    return new Access(List.of(key), allowedHosts, corsOrigins);
  }

  /** A copy with other names. */
  public Access withAllowedHosts(String... hosts) {
    return new Access(apiKeys, List.of(hosts), corsOrigins);
  }

  /** A copy with other origins. */
  public Access withCorsOrigins(String... origins) {
    return new Access(apiKeys, allowedHosts, List.of(origins));
  }
}
