package io.github.gss4j.hub;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The proxies that the environment names; where it names none, the JVM's own settings hold.
 *
 * @param http for {@code http://} addresses
 * @param https for {@code https://} addresses
 * @param direct hosts that are reached without one: a name stands for its subdomains too, {@code *}
 *     for all
 */
public record HubProxy(Optional<URI> http, Optional<URI> https, List<String> direct) {
  /** Copies the list. */
  public HubProxy {
    direct = List.copyOf(direct);
  }

  /**
   * Reads {@code http_proxy}, {@code https_proxy}, {@code all_proxy} and {@code no_proxy}, in lower
   * or in upper case.
   *
   * @throws IllegalArgumentException if one is no {@code http://[USER:PASSWORD@]HOST[:PORT]}
   */
  static HubProxy fromEnvironment(Map<String, String> environment) {
    Optional<URI> all = proxy(environment, "all_proxy");
    List<String> direct =
        Arrays.stream(value(environment, "no_proxy").orElse("").split(","))
            .map(host -> host.strip().toLowerCase(Locale.ROOT))
            .map(host -> host.startsWith(".") ? host.substring(1) : host)
            .filter(host -> !host.isEmpty())
            .toList();
    return new HubProxy(
        proxy(environment, "http_proxy").or(() -> all),
        proxy(environment, "https_proxy").or(() -> all),
        direct);
  }

  private static Optional<URI> proxy(Map<String, String> environment, String variable) {
    return value(environment, variable).map(text -> parse(variable, text));
  }

  private static Optional<String> value(Map<String, String> environment, String variable) {
    return Optional.ofNullable(environment.get(variable))
        .or(() -> Optional.ofNullable(environment.get(variable.toUpperCase(Locale.ROOT))))
        .map(String::strip)
        .filter(text -> !text.isEmpty());
  }

  private static URI parse(String variable, String text) {
    String problem =
        variable + " is not a proxy that can be used: expected http://[USER:PASSWORD@]HOST[:PORT]";
    try {
      URI uri = URI.create(text.contains("://") ? text : "http://" + text);
      if ("http".equalsIgnoreCase(uri.getScheme()) && uri.getHost() != null) {
        return uri;
      }
      problem += ", found " + uri.getScheme() + "://…";
    } catch (IllegalArgumentException unreadable) {
      // its text may hold a password: not passed on
    }
    throw new IllegalArgumentException(problem);
  }

  /** The proxy on the way to an address, if there is one. */
  Optional<URI> on(URI target) {
    String host = target.getHost().toLowerCase(Locale.ROOT);
    int port = port(target);
    for (String entry : direct) {
      String name = entry.replaceFirst("(?<=[^:]):[0-9]+$", "");
      boolean matches = name.equals(entry) || entry.endsWith(":" + port);
      if (matches && (name.equals("*") || host.equals(name) || host.endsWith("." + name))) {
        return Optional.empty();
      }
    }
    return "https".equalsIgnoreCase(target.getScheme()) ? https : http;
  }

  static int port(URI uri) {
    return uri.getPort() >= 0
        ? uri.getPort()
        : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
  }

  ProxySelector selector() {
    if (http.isEmpty() && https.isEmpty()) {
      return ProxySelector.getDefault();
    }
    return new ProxySelector() {
      @Override
      public List<Proxy> select(URI target) {
        return List.of(
            on(target)
                .map(p -> new Proxy(Proxy.Type.HTTP, new InetSocketAddress(p.getHost(), port(p))))
                .orElse(Proxy.NO_PROXY));
      }

      @Override
      public void connectFailed(URI target, SocketAddress proxy, IOException failure) {
        // the request itself fails and says so
      }
    };
  }

  /** Shows no password. */
  @Override
  public String toString() {
    return "HubProxy[http="
        + http.map(HubProxy::bare)
        + ", https="
        + https.map(HubProxy::bare)
        + ", direct="
        + direct
        + "]";
  }

  static String bare(URI proxy) {
    return proxy.getHost() + ":" + port(proxy);
  }
}
