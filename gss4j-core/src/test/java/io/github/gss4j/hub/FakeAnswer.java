package io.github.gss4j.hub;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;

/** How a request is answered. */
@FunctionalInterface
interface FakeAnswer {
  /**
   * Answers.
   *
   * @param content of the file that was asked for; empty for none
   */
  void to(HttpExchange exchange, byte[] content) throws IOException;

  /** Sends a status and headers, and no content. */
  static FakeAnswer status(int status, String... headers) {
    return (exchange, content) -> {
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
      }
      exchange.sendResponseHeaders(status, -1);
      exchange.close();
    };
  }

  /** Sends other bytes. */
  static FakeAnswer content(byte[] other) {
    return (exchange, content) -> send(exchange, other);
  }

  /** The first byte that is asked for. */
  static int from(HttpExchange exchange) {
    String range = exchange.getRequestHeaders().getFirst("Range");
    return range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
  }

  /** Sends the head of an answer, and says whether a body follows. */
  static boolean begin(HttpExchange exchange, byte[] content) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(content.length));
      exchange.sendResponseHeaders(200, -1);
      return false;
    }
    int from = from(exchange);
    if (from > 0 && from >= content.length) {
      exchange.sendResponseHeaders(416, -1);
      return false;
    }
    if (from > 0) {
      exchange
          .getResponseHeaders()
          .set(
              "Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
    }
    int length = content.length - from;
    exchange.sendResponseHeaders(from > 0 ? 206 : 200, length == 0 ? -1 : length);
    return length > 0;
  }

  /** Sends the part that is asked for. */
  static void send(HttpExchange exchange, byte[] content) throws IOException {
    if (begin(exchange, content)) {
      exchange.getResponseBody().write(content, from(exchange), content.length - from(exchange));
    }
    exchange.close();
  }
}
