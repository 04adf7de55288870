package io.github.gss4j.hub;

import java.net.URI;
import java.net.http.HttpResponse;

/** What an HTTP error of the hub means, and what the user can do about it. */
final class HttpErrors {
  private HttpErrors() {}

  /**
   * The error for a response.
   *
   * @param answer of status 3xx or 4xx
   * @param address what was asked for
   */
  static HubException of(HttpResponse<?> answer, HubAddress address, HubSettings settings) {
    String code = answer.headers().firstValue("X-Error-Code").orElse("");
    String problem =
        switch (answer.statusCode()) {
          case 401, 403 ->
              code.equals("GatedRepo") || answer.statusCode() == 403
                  ? denied(address, settings)
                  : unknown(address, settings);
          case 404 -> missing(address, code);
          case 407 -> proxy(answer.uri(), settings);
          default -> other(answer, address);
        };
    return new HubException(problem);
  }

  private static String denied(HubAddress address, HubSettings settings) {
    return "the hub denies access to "
        + address.repository()
        + ": accept its licence at "
        + settings.endpoint()
        + "/"
        + address.repository()
        + (settings.token().isPresent()
            ? " with the account of your token, or set HF_TOKEN to one that may read it"
            : " and set HF_TOKEN to a token of your account");
  }

  private static String unknown(HubAddress address, HubSettings settings) {
    return settings.token().isPresent()
        ? "the hub does not accept your token for "
            + address.repository()
            + ": check the name, and set HF_TOKEN to a token that may read it"
        : "the hub knows no public repository "
            + address.repository()
            + ": check the name, or set HF_TOKEN if it is private or wants its licence accepted";
  }

  private static String missing(HubAddress address, String code) {
    String where = address.repository() + " at revision " + address.revision();
    if (code.equals("RepoNotFound")) {
      return "the hub has no repository " + address.repository() + ": check the name";
    }
    if (code.equals("RevisionNotFound")) {
      return address.repository()
          + " has no revision "
          + address.revision()
          + ": expected a branch, a tag or a commit";
    }
    return address
        .file()
        .map(file -> "the hub has no file '" + file + "' in " + where)
        .orElse("the hub has no " + where + ": check the name and the revision");
  }

  private static String proxy(URI target, HubSettings settings) {
    return "the proxy "
        + settings.proxy().on(target).map(HubProxy::bare).orElse("of the JVM's settings")
        + " wants a user and a password: set HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT and start"
        + " java with -Djdk.http.auth.tunneling.disabledSchemes=";
  }

  private static String other(HttpResponse<?> answer, HubAddress address) {
    return "the hub answers "
        + answer.statusCode()
        + " for "
        + address
        + answer
            .headers()
            .firstValue("X-Error-Message")
            .map(words -> ": " + FileNames.shown(words))
            .orElse(": check HF_ENDPOINT");
  }
}
