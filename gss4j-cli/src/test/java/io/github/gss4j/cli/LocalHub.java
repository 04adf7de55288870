package io.github.gss4j.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** A hub on loopback with one repository of small files, {@code some-one/a.model}. */
final class LocalHub implements AutoCloseable {
  static final String REPOSITORY = "some-one/a.model";
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  final Map<String, byte[]> files = new TreeMap<>();
  final List<String> requests = new CopyOnWriteArrayList<>();
  final List<String> tokens = new CopyOnWriteArrayList<>();
  private final HttpServer server;

  LocalHub() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::answer);
    server.start();
  }

  /** What tells a process to ask this hub. */
  Map<String, String> variables(Path cache) {
    return Map.of(
        "HF_ENDPOINT",
        "http://127.0.0.1:" + server.getAddress().getPort(),
        "HF_HOME",
        cache.toString(),
        "HF_HUB_CACHE",
        cache.resolve("hub").toString(),
        "HF_TOKEN",
        "hf_secret",
        "HF_HUB_OFFLINE",
        "0",
        "no_proxy",
        "127.0.0.1");
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    requests.add(path);
    tokens.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
    String file = path.replaceFirst("^/" + REPOSITORY + "/resolve/[^/]+/", "");
    if (path.startsWith("/api/models/" + REPOSITORY + "/revision/main")) {
      send(exchange, listing());
    } else if (path.startsWith("/api/models/" + REPOSITORY + "/tree/")) {
      send(exchange, tree());
    } else if (files.containsKey(file)) {
      exchange.getResponseHeaders().set("X-Repo-Commit", COMMIT);
      exchange.getResponseHeaders().set("ETag", '"' + blob(files.get(file)) + '"');
      send(exchange, files.get(file));
    } else {
      exchange.getResponseHeaders().set("X-Error-Code", "RepoNotFound");
      exchange.sendResponseHeaders(404, -1);
      exchange.close();
    }
  }

  private byte[] listing() {
    return files.keySet().stream()
        .map(name -> "{\"rfilename\": \"" + name + "\"}")
        .collect(
            Collectors.joining(
                ", ",
                "{\"id\": \"" + REPOSITORY + "\", \"sha\": \"" + COMMIT + "\", \"siblings\": [",
                "]}"))
        .getBytes(StandardCharsets.UTF_8);
  }

  private byte[] tree() {
    return files.entrySet().stream()
        .map(
            f ->
                "{\"type\": \"file\", \"path\": \"%s\", \"size\": %d, \"oid\": \"%s\"}"
                    .formatted(f.getKey(), f.getValue().length, blob(f.getValue())))
        .collect(Collectors.joining(", ", "[", "]"))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static void send(HttpExchange exchange, byte[] content) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(content.length));
      exchange.sendResponseHeaders(200, -1);
    } else {
      exchange.sendResponseHeaders(200, content.length);
      exchange.getResponseBody().write(content);
    }
    exchange.close();
  }

  /** The name that git gives a file's content. */
  private static String blob(byte[] content) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      sha1.update(("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII));
      return HexFormat.of().formatHex(sha1.digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
