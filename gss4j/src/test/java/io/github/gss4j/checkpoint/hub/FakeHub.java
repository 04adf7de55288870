package io.github.gss4j.checkpoint.hub;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A hub on loopback with one repository, and a second server (the store) that it redirects to for
 * large files. Answers as the public one does, unless told to fail.
 */
final class FakeHub implements AutoCloseable {
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  static final HubAddress ADDRESS = HubAddress.parse("hf:some-one/a.model");

  /** A request as it came in. */
  record Seen(String server, String method, String path, Headers headers) {
    Optional<String> header(String name) {
      return Optional.ofNullable(headers.getFirst(name));
    }
  }

  interface Answer {
    void to(HttpExchange exchange, byte[] content) throws IOException;
  }

  private record Fault(Predicate<Seen> when, Answer answer) {}

  final List<Seen> seen = new CopyOnWriteArrayList<>();
  final List<Duration> sleeps = new CopyOnWriteArrayList<>();
  final Map<String, byte[]> files = new TreeMap<>();
  final List<String> large = new ArrayList<>();
  final List<String> listedToo = new ArrayList<>();
  String commit = COMMIT;
  private volatile long arrived;
  private final List<Fault> faults = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer hub = server("hub");
  private final HttpServer store = server("store");

  private HttpServer server(String name) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(threads);
      server.createContext("/", exchange -> handle(name, exchange));
      server.start();
      return server;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static URI at(HttpServer server) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  URI endpoint() {
    return at(hub);
  }

  HubSettings settings(Path cache) {
    return HubSettings.fromEnvironment(
        Map.of(
            "HF_ENDPOINT",
            endpoint().toString(),
            "HF_HUB_CACHE",
            cache.toString(),
            "HF_HOME",
            cache.resolve("home").toString()));
  }

  Hub client(Path cache) {
    return client(settings(cache));
  }

  /** A client that notes how long it would sleep, and does not. */
  Hub client(HubSettings settings) {
    return new Hub(settings, patience());
  }

  Patience patience() {
    return new Patience(Duration.ofSeconds(20), Duration.ofMillis(300), 4, sleeps::add);
  }

  FakeHub with(String name, String content) {
    files.put(name, content.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  /** A file that the store holds, named by its SHA-256. */
  FakeHub withLarge(String name, byte[] content) {
    files.put(name, content);
    large.add(name);
    return this;
  }

  /** The next request of that kind is answered so. */
  void once(String server, String method, String pathPart, Answer answer) {
    faults.add(
        new Fault(
            s ->
                s.server().equals(server)
                    && s.method().equals(method)
                    && s.path().contains(pathPart),
            answer));
  }

  void times(int n, String server, String method, String pathPart, Answer answer) {
    for (int i = 0; i < n; i++) {
      once(server, method, pathPart, answer);
    }
  }

  static Answer status(int status, String... headers) {
    return (exchange, content) -> {
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
      }
      exchange.sendResponseHeaders(status, -1);
      exchange.close();
    };
  }

  /** Sends some bytes of the answer, then closes the connection. */
  Answer dropAfter(int bytes) {
    return (exchange, content) -> {
      part(exchange, content, bytes);
      throw new IOException("dropped by the test");
    };
  }

  /** Sends some bytes of the answer, then nothing until it is asked again. */
  Answer stallAfter(int bytes) {
    return (exchange, content) -> {
      int requests = seen.size();
      part(exchange, content, bytes);
      try {
        while (seen.size() == requests) {
          Thread.sleep(5);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      throw new IOException("stalled by the test");
    };
  }

  private void part(HttpExchange exchange, byte[] content, int bytes) throws IOException {
    int from = from(exchange);
    range(exchange, content);
    exchange.getResponseBody().write(content, from, bytes);
    exchange.getResponseBody().flush();
    awaitArrival(from + bytes);
  }

  /** A client forgets what it has not read when its connection ends, so let it read. */
  void awaitArrival(long bytes) {
    try {
      for (int looks = 0; arrived < bytes && looks < 10_000; looks++) {
        Thread.sleep(1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** For pulls from a server that drops: it then knows what has arrived. */
  Progress progress() {
    return (file, done, total) -> arrived = done;
  }

  /** Sends other bytes. */
  static Answer content(byte[] other) {
    return (exchange, content) -> send(exchange, other);
  }

  List<Seen> seen(String server, String method, String pathPart) {
    return seen.stream()
        .filter(s -> s.server().equals(server) && s.method().equals(method))
        .filter(s -> s.path().contains(pathPart))
        .toList();
  }

  private void handle(String server, HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    Headers headers = new Headers();
    headers.putAll(exchange.getRequestHeaders());
    Seen request = new Seen(server, exchange.getRequestMethod(), path, headers);
    seen.add(request);
    byte[] content = files.getOrDefault(name(path), new byte[0]);
    Optional<Fault> fault = fault(request);
    if (fault.isPresent()) {
      fault.get().answer().to(exchange, content);
      return;
    }
    if (server.equals("store")) {
      send(exchange, content);
    } else if (path.startsWith("/api/models/" + ADDRESS.repository() + "/revision/")) {
      send(exchange, listing().getBytes(StandardCharsets.UTF_8));
    } else if (path.startsWith("/api/models/" + ADDRESS.repository() + "/tree/")) {
      send(exchange, tree().getBytes(StandardCharsets.UTF_8));
    } else if (path.startsWith("/" + ADDRESS.repository() + "/resolve/")
        && files.containsKey(name(path))) {
      resolve(exchange, name(path), content);
    } else {
      status(404, "X-Error-Code", "EntryNotFound").to(exchange, content);
    }
  }

  private synchronized Optional<Fault> fault(Seen request) {
    Optional<Fault> fault = faults.stream().filter(f -> f.when().test(request)).findFirst();
    fault.ifPresent(faults::remove);
    return fault;
  }

  private static String name(String path) {
    return path.replaceFirst("^/(store|[^/]+/[^/]+/resolve/[^/]+)/", "");
  }

  private String listing() {
    String siblings =
        java.util.stream.Stream.concat(files.keySet().stream(), listedToo.stream())
            .map(name -> "{\"rfilename\": \"" + name.replace("\\", "\\\\") + "\"}")
            .collect(Collectors.joining(", "));
    return "{\"id\": \"some-one/a.model\", \"sha\": \""
        + commit
        + "\", \"siblings\": ["
        + siblings
        + "]}";
  }

  private String tree() {
    return files.entrySet().stream()
        .map(
            e ->
                "{\"type\": \"file\", \"path\": \""
                    + e.getKey()
                    + "\", \"size\": "
                    + e.getValue().length
                    + ", \"oid\": \""
                    + gitBlob(e.getValue())
                    + "\""
                    + (large.contains(e.getKey())
                        ? ", \"lfs\": {\"oid\": \""
                            + sha256(e.getValue())
                            + "\", \"size\": "
                            + e.getValue().length
                            + ", \"pointerSize\": 134}"
                        : "")
                    + "}")
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private void resolve(HttpExchange exchange, String name, byte[] content) throws IOException {
    Headers headers = exchange.getResponseHeaders();
    headers.set("X-Repo-Commit", commit);
    if (large.contains(name)) {
      headers.set("X-Linked-Etag", '"' + sha256(content) + '"');
      headers.set("X-Linked-Size", Integer.toString(content.length));
      headers.set("ETag", "\"of-the-redirect\"");
      headers.set("Location", at(store) + "/store/" + name + "?signature=secret");
      exchange.sendResponseHeaders(302, -1);
      exchange.close();
    } else {
      headers.set("ETag", '"' + gitBlob(content) + '"');
      send(exchange, content);
    }
  }

  private static int from(HttpExchange exchange) {
    String range = exchange.getRequestHeaders().getFirst("Range");
    return range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
  }

  /** Sends the head of an answer, and says whether a body follows. */
  private static boolean range(HttpExchange exchange, byte[] content) throws IOException {
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

  private static void send(HttpExchange exchange, byte[] content) throws IOException {
    if (range(exchange, content)) {
      exchange.getResponseBody().write(content, from(exchange), content.length - from(exchange));
    }
    exchange.close();
  }

  static String sha256(byte[] content) {
    return hex("SHA-256", content);
  }

  static String gitBlob(byte[] content) {
    byte[] head = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
    byte[] all = Arrays.copyOf(head, head.length + content.length);
    System.arraycopy(content, 0, all, head.length, content.length);
    return hex("SHA-1", all);
  }

  private static String hex(String algorithm, byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Bytes that tell where they lie. */
  static byte[] bytes(int n) {
    byte[] bytes = new byte[n];
    for (int i = 0; i < n; i++) {
      bytes[i] = (byte) (i * 31 + (i >> 8));
    }
    return bytes;
  }

  /** What lies in a blob's folder. */
  static List<String> names(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (var all = Files.list(folder)) {
      return all.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  @Override
  public void close() {
    hub.stop(0);
    store.stop(0);
    threads.shutdownNow();
  }
}
