package io.github.gss4j.serve.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.serve.api.Limits;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Every route is in the OpenAPI document, and none is there alone. */
class RoutesTest {
  @Test
  void routesAndDocumentAreTheSame() throws IOException {
    Vertx vertx = Vertx.vertx();
    try {
      Api api = new Api(vertx, "127.0.0.1", Access.DEFAULT, Limits.DEFAULT, Timing.DEFAULT);
      Set<String> routes = new TreeSet<>();
      for (Route route : api.router().getRoutes()) {
        if (route.getPath() != null && route.methods() != null) {
          String path = route.getPath().replaceAll(":(\\w+)", "{$1}");
          path = path.equals("/v1/models/") ? "/v1/models/{model}" : path;
          for (HttpMethod method : route.methods()) {
            routes.add(method.name().toLowerCase(Locale.ROOT) + " " + path);
          }
        }
      }
      Set<String> documented = new TreeSet<>();
      try (InputStream file = Api.class.getResourceAsStream("openapi.json")) {
        JsonNode paths = new ObjectMapper().readTree(file).path("paths");
        paths
            .properties()
            .forEach(
                path ->
                    path.getValue()
                        .fieldNames()
                        .forEachRemaining(method -> documented.add(method + " " + path.getKey())));
      }
      routes.removeIf(route -> Page.has(route.substring(route.indexOf('/'))));
      assertThat(routes).isEqualTo(documented);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }
}
