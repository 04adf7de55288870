package io.github.gss4j.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * Sends one request and follows its redirects. The token goes to the endpoint's own scheme, host
 * and port and nowhere else.
 */
final class HttpTransport {
  private static final int MAX_REDIRECTS = 10;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  private final HubSettings settings;
  private final RetryPolicy policy;
  private HttpClient http;

  HttpTransport(HubSettings settings, RetryPolicy policy) {
    this.settings = settings;
    this.policy = policy;
  }

  /** Made when something is asked first: it reads certificates for a tenth of a second. */
  private synchronized HttpClient http() {
    if (http == null) {
      http =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .followRedirects(HttpClient.Redirect.NEVER)
              .connectTimeout(policy.answer())
              .proxy(settings.proxy().selector())
              .build();
    }
    return http;
  }

  /**
   * Asks, and returns the first answer that is not a redirect or that suffices.
   *
   * @param from the first byte wanted; 0 asks for all
   * @param suffices whether a redirect holds all that is needed and need not be followed
   * @return the answer of any status; its body fails when the server falls silent
   */
  HttpResponse<InputStream> send(
      String method, URI target, long from, Predicate<HttpResponse<?>> suffices)
      throws IOException {
    URI at = target;
    for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
      HttpResponse<InputStream> answer = sendOnce(request(method, at, from));
      if (!isRedirect(answer) || suffices.test(answer)) {
        return answer;
      }
      answer.body().close();
      at = location(at, answer);
    }
    throw new HubException(
        shown(target) + " redirects more than " + MAX_REDIRECTS + " times: check HF_ENDPOINT");
  }

  static boolean isRedirect(HttpResponse<?> answer) {
    return REDIRECTS.contains(answer.statusCode());
  }

  /** Where a redirect leads to. */
  static URI location(URI at, HttpResponse<?> answer) {
    String location = answer.headers().firstValue("Location").orElse("");
    try {
      URI next = at.resolve(URI.create(location));
      boolean web = "https".equalsIgnoreCase(next.getScheme());
      boolean plain =
          "http".equalsIgnoreCase(next.getScheme()) && !"https".equalsIgnoreCase(at.getScheme());
      if (!location.isEmpty() && next.getHost() != null && (web || plain)) {
        return next;
      }
    } catch (IllegalArgumentException e) {
      throw new HubException(shown(at) + " redirects to no address: check HF_ENDPOINT", e);
    }
    throw new HubException(
        shown(at)
            + " redirects to '"
            + FileNames.shown(location.replaceAll("\\?.*", ""))
            + "', which is not followed: expected an https address");
  }

  static boolean sameOrigin(URI a, URI b) {
    return a.getScheme().equalsIgnoreCase(b.getScheme())
        && a.getHost().equalsIgnoreCase(b.getHost())
        && HubProxy.port(a) == HubProxy.port(b);
  }

  /** An address without its query: that may hold a signature. */
  static String shown(URI uri) {
    return uri.getScheme() + "://" + uri.getRawAuthority() + uri.getRawPath();
  }

  private HttpRequest request(String method, URI target, long from) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(target)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .header("User-Agent", "gss4j")
            .header("Accept-Encoding", "identity");
    if (from > 0) {
      request.header("Range", "bytes=" + from + "-");
    }
    if (sameOrigin(target, settings.endpoint())) {
      settings.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
    }
    settings
        .proxy()
        .on(target)
        .map(URI::getUserInfo)
        .ifPresent(
            user ->
                request.header(
                    "Proxy-Authorization",
                    "Basic "
                        + Base64.getEncoder()
                            .encodeToString(user.getBytes(StandardCharsets.UTF_8))));
    return request.build();
  }

  private HttpResponse<InputStream> sendOnce(HttpRequest request) throws IOException {
    Duration silence = policy.silence();
    CompletableFuture<HttpResponse<InputStream>> answer =
        http()
            .sendAsync(
                request,
                head ->
                    HttpResponse.BodySubscribers.mapping(
                        BodyHandlers.ofInputStream().apply(head),
                        body -> new TimeoutInputStream(body, silence)));
    try {
      return answer.get(policy.answer().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new HttpTimeoutException(
          request.uri().getHost()
              + " does not answer within "
              + policy.answer().toSeconds()
              + " s");
    } catch (InterruptedException e) {
      answer.cancel(true);
      throw RetryPolicy.interrupted(shown(request.uri()), e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      throw new HubException(shown(request.uri()) + ": " + e.getCause(), e.getCause());
    }
  }
}
