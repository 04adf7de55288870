package io.github.gss4j.hub;

import io.github.gss4j.files.UserHome;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How the hub is reached and where its files are kept.
 *
 * @param endpoint the hub's address, {@code http} or {@code https}, without a slash at the end
 * @param token proves who asks; sent to the endpoint alone
 * @param cache the directory that holds the {@code models--OWNER--NAME} folders
 * @param offline whether the cache alone is used
 * @param symlinks whether snapshots may link to their blobs; if not, they hold the files themselves
 * @param proxy the way out
 */
public record HubSettings(
    URI endpoint,
    Optional<String> token,
    Path cache,
    boolean offline,
    boolean symlinks,
    HubProxy proxy) {
  /** The public hub. */
  public static final URI PUBLIC_ENDPOINT = URI.create("https://huggingface.co");

  private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");

  /** Checks the endpoint and the token. */
  public HubSettings {
    String scheme = endpoint.getScheme();
    if (endpoint.getHost() == null
        || !("http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme))
        || endpoint.getRawUserInfo() != null
        || endpoint.getRawQuery() != null
        || endpoint.getRawFragment() != null) {
      throw badEndpoint(endpoint.toString(), null);
    }
    if (token.isPresent() && !token.get().matches("[!-~]+")) {
      throw new IllegalArgumentException(
          "the hub's token holds characters that no token has: set HF_TOKEN to one as hf_…");
    }
  }

  /**
   * Reads the variables that {@code huggingface_hub} reads: {@code HF_ENDPOINT}, {@code HF_TOKEN}
   * (else {@code HUGGING_FACE_HUB_TOKEN}, else the token file that a login wrote), {@code
   * HF_HUB_CACHE} (else {@code HUGGINGFACE_HUB_CACHE}, else {@code hub} in {@code HF_HOME}), {@code
   * HF_HUB_OFFLINE}, {@code HF_HUB_DISABLE_SYMLINKS} and the proxies.
   *
   * @param environment as {@link System#getenv()} gives it
   * @throws IllegalArgumentException if one of them cannot be used
   */
  public static HubSettings fromEnvironment(Map<String, String> environment) {
    Path home = UserHome.of(environment);
    Path hfHome =
        path(environment, "HF_HOME", home)
            .orElseGet(
                () ->
                    path(environment, "XDG_CACHE_HOME", home)
                        .orElse(home.resolve(".cache"))
                        .resolve("huggingface"));
    Path tokenFile =
        path(environment, "HF_TOKEN_PATH", home).orElseGet(() -> hfHome.resolve("token"));
    return new HubSettings(
        text(environment, "HF_ENDPOINT").map(HubSettings::endpoint).orElse(PUBLIC_ENDPOINT),
        text(environment, "HF_TOKEN")
            .or(() -> text(environment, "HUGGING_FACE_HUB_TOKEN"))
            .or(() -> tokenIn(tokenFile)),
        path(environment, "HF_HUB_CACHE", home)
            .or(() -> path(environment, "HUGGINGFACE_HUB_CACHE", home))
            .orElseGet(() -> hfHome.resolve("hub")),
        isTrue(environment, "HF_HUB_OFFLINE"),
        !isTrue(environment, "HF_HUB_DISABLE_SYMLINKS"),
        HubProxy.fromEnvironment(environment));
  }

  private static Optional<String> text(Map<String, String> environment, String variable) {
    return Optional.ofNullable(environment.get(variable))
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }

  private static Optional<Path> path(Map<String, String> environment, String variable, Path home) {
    return text(environment, variable)
        .map(
            value ->
                value.equals("~") || value.startsWith("~/")
                    ? home.resolve(value.substring(Math.min(2, value.length())))
                    : Path.of(value));
  }

  private static boolean isTrue(Map<String, String> environment, String variable) {
    return text(environment, variable)
        .filter(value -> TRUE.contains(value.toUpperCase(Locale.ROOT)))
        .isPresent();
  }

  private static URI endpoint(String text) {
    try {
      return URI.create(text.replaceAll("/+$", ""));
    } catch (IllegalArgumentException e) {
      throw badEndpoint(text, e);
    }
  }

  private static IllegalArgumentException badEndpoint(String found, Exception cause) {
    return new IllegalArgumentException(
        "HF_ENDPOINT is '"
            + FileNames.shown(found)
            + "', expected an address such as https://huggingface.co",
        cause);
  }

  private static Optional<String> tokenIn(Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    String token = Disk.use("read the hub's token", file, () -> Files.readString(file)).strip();
    return token.isEmpty() ? Optional.empty() : Optional.of(token);
  }

  /** Shows no token. */
  @Override
  public String toString() {
    return "HubSettings[endpoint="
        + endpoint
        + ", token="
        + (token.isPresent() ? "set" : "none")
        + ", cache="
        + cache
        + ", offline="
        + offline
        + ", symlinks="
        + symlinks
        + ", proxy="
        + proxy
        + "]";
  }
}
