package io.github.gss4j.serve.http;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.StaticHandler;

/** The page at {@code /}, a client of the API like any other. It asks nothing of other servers. */
final class Page {
  private static final String FILES = "io/github/gss4j/serve/page";
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:;"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private Page() {}

  static void addTo(Router router) {
    router.get("/").handler(Page::protect);
    router.get("/").handler(context -> context.response().sendFile(FILES + "/index.html"));
    router.get("/page/*").handler(Page::protect);
    router.get("/page/*").handler(StaticHandler.create(FILES).setIncludeHidden(false));
  }

  /** Whether a path is the page's, which anybody may see: what it shows comes by the API. */
  static boolean has(String path) {
    return path.equals("/") || path.startsWith("/page/");
  }

  private static void protect(RoutingContext context) {
    context
        .response()
        .putHeader("Content-Security-Policy", POLICY)
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Cache-Control", "no-cache");
    context.next();
  }
}
