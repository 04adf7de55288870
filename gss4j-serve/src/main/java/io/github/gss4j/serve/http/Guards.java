package io.github.gss4j.serve.http;

import io.github.gss4j.serve.api.ApiException;
import io.github.gss4j.serve.decode.Ids;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.CorsHandler;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** What every request passes first: its id, the names it calls us by, its origin, its key. */
public final class Guards {
  private static final Logger LOG = LoggerFactory.getLogger("gss.access");
  private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._-]{1,128}");
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "::1", "[::1]");

  /** What says nothing of the model, and what a browser asks for before it can give a key. */
  private static final Set<String> OPEN = Set.of("/health", "/ready");

  /** What is asked every few seconds, and logged at level DEBUG alone. */
  private static final Set<String> PROBES = Set.of("/health", "/ready", "/metrics");

  private final Access access;
  private final boolean loopback;
  private final ServerMetrics metrics;

  Guards(Access access, String host, ServerMetrics metrics) {
    this.access = access;
    this.loopback = isLoopback(host);
    this.metrics = metrics;
  }

  /** Whether only this machine reaches an address. */
  public static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  void addTo(Router router) {
    router.route().handler(this::account);
    router.route().handler(this::checkHost);
    router.route().handler(this::checkOrigin);
    if (!access.corsOrigins().isEmpty()) {
      router.route().handler(cors());
    }
    router.route().handler(this::checkKey);
  }

  private Handler<RoutingContext> cors() {
    CorsHandler cors =
        CorsHandler.create()
            .allowedMethods(
                Set.of(
                    HttpMethod.GET,
                    HttpMethod.POST,
                    HttpMethod.PUT,
                    HttpMethod.DELETE,
                    HttpMethod.OPTIONS))
            .exposedHeader("x-request-id")
            .maxAgeSeconds(600);
    access.corsOrigins().forEach(cors::addOrigin);
    return context -> {
      if (isOwnOrigin(context.request())) {
        context.next();
      } else {
        cors.handle(context);
      }
    };
  }

  /** Numbers, counts and logs it. */
  private void account(RoutingContext context) {
    long begin = System.nanoTime();
    String given = context.request().getHeader("X-Request-Id");
    String id = given != null && REQUEST_ID.matcher(given).matches() ? given : Ids.next("req-");
    context.response().putHeader("x-request-id", id);
    metrics.begun();
    context.addEndHandler(
        end -> {
          String route =
              context.currentRoute() == null || context.currentRoute().getPath() == null
                  ? "none"
                  : context.currentRoute().getPath();
          String outcome =
              end.failed() || !context.response().ended()
                  ? "cancelled"
                  : Integer.toString(context.response().getStatusCode());
          metrics.ended(route, outcome);
          Level level = PROBES.contains(context.normalizedPath()) ? Level.DEBUG : Level.INFO;
          if (LOG.isEnabledForLevel(level)) {
            LOG.atLevel(level)
                .log(
                    "{} {} {} {} {} bytes {} ms {}",
                    context.request().remoteAddress() == null
                        ? "-"
                        : context.request().remoteAddress().hostAddress(),
                    context.request().method(),
                    context.normalizedPath(),
                    outcome,
                    context.response().bytesWritten(),
                    (System.nanoTime() - begin) / 1_000_000,
                    id);
          }
        });
    context.next();
  }

  /** A page that has made its own name mean our address must not reach us by it. */
  private void checkHost(RoutingContext context) {
    HostAndPort authority = context.request().authority();
    String host = authority == null ? "" : authority.host().toLowerCase(Locale.ROOT);
    boolean allowed =
        access.allowedHosts().contains(host)
            || (loopback ? LOOPBACK.contains(host) : access.allowedHosts().isEmpty());
    // probes call the machine by its address, and what they hear is of no value to a page
    boolean probe = OPEN.contains(context.normalizedPath());
    if (allowed || probe) {
      context.next();
    } else {
      throw ApiException.of(
          403,
          null,
          "host_not_allowed",
          "the request calls this server '" + host + "': allow that name with --allowed-hosts");
    }
  }

  private void checkOrigin(RoutingContext context) {
    String origin = context.request().getHeader(HttpHeaders.ORIGIN);
    if (origin == null
        || isOwnOrigin(context.request())
        || access.corsOrigins().contains("*")
        || access.corsOrigins().contains(origin)) {
      context.next();
    } else {
      throw ApiException.of(
          403,
          null,
          "origin_not_allowed",
          "a page of '" + origin + "' asks: allow that origin with --cors-origins");
    }
  }

  private static boolean isOwnOrigin(HttpServerRequest request) {
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    String host = request.getHeader(HttpHeaders.HOST);
    if (origin == null || host == null) {
      return origin == null;
    }
    try {
      String authority = URI.create(origin).getRawAuthority();
      return host.equalsIgnoreCase(authority);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private void checkKey(RoutingContext context) {
    if (access.apiKeys().isEmpty()
        || OPEN.contains(context.normalizedPath())
        || Page.has(context.normalizedPath())
        || isKnown(context.request().getHeader(HttpHeaders.AUTHORIZATION))) {
      context.next();
    } else {
      throw ApiException.of(
          401,
          null,
          "invalid_api_key",
          "the key is missing or wrong: send the header 'Authorization: Bearer KEY'");
    }
  }

  private boolean isKnown(String authorization) {
    if (authorization == null || !authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
      return false;
    }
    byte[] given = authorization.substring(7).strip().getBytes(StandardCharsets.UTF_8);
    boolean known = false;
    for (String key : access.apiKeys()) {
      known |= MessageDigest.isEqual(given, key.getBytes(StandardCharsets.UTF_8));
    }
    return known;
  }
}
