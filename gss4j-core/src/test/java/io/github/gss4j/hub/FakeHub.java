package io.github.gss4j.hub;

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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

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

  private record Fault(Predicate<Seen> when, FakeAnswer answer) {}

  final List<Seen> seen = new CopyOnWriteArrayList<>();
  final List<Duration> sleeps = new CopyOnWriteArrayList<>();
  final FakeRepository repository = new FakeRepository();
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
    return new Hub(settings, policy());
  }

  RetryPolicy policy() {
    return new RetryPolicy(Duration.ofSeconds(20), Duration.ofMillis(300), 4, sleeps::add);
  }

  FakeHub with(String name, String content) {
    repository.files.put(name, content.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  /** A file that the store holds, named by its SHA-256. */
  FakeHub withLarge(String name, byte[] content) {
    repository.files.put(name, content);
    repository.large.add(name);
    return this;
  }

  /** The next request of that kind is answered so. */
  void once(String server, String method, String pathPart, FakeAnswer answer) {
    faults.add(
        new Fault(
            s ->
                s.server().equals(server)
                    && s.method().equals(method)
                    && s.path().contains(pathPart),
            answer));
  }

  void times(int n, String server, String method, String pathPart, FakeAnswer answer) {
    for (int i = 0; i < n; i++) {
      once(server, method, pathPart, answer);
    }
  }

  /** Sends some bytes of the answer, then closes the connection. */
  FakeAnswer dropAfter(int bytes) {
    return (exchange, content) -> {
      part(exchange, content, bytes);
      throw new IOException("dropped by the test");
    };
  }

  /** Sends some bytes of the answer, then nothing until it is asked again. */
  FakeAnswer stallAfter(int bytes) {
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
    int from = FakeAnswer.from(exchange);
    FakeAnswer.begin(exchange, content);
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
  DownloadListener progress() {
    return (file, done, total) -> arrived = done;
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
    byte[] content = repository.files.getOrDefault(name(path), new byte[0]);
    Optional<Fault> fault = fault(request);
    if (fault.isPresent()) {
      fault.get().answer().to(exchange, content);
      return;
    }
    if (server.equals("store")) {
      FakeAnswer.send(exchange, content);
    } else if (path.startsWith("/api/models/" + ADDRESS.repository() + "/revision/")) {
      FakeAnswer.send(exchange, repository.listing().getBytes(StandardCharsets.UTF_8));
    } else if (path.startsWith("/api/models/" + ADDRESS.repository() + "/tree/")) {
      FakeAnswer.send(exchange, repository.tree().getBytes(StandardCharsets.UTF_8));
    } else if (path.startsWith("/" + ADDRESS.repository() + "/resolve/")
        && repository.files.containsKey(name(path))) {
      resolve(exchange, name(path), content);
    } else {
      FakeAnswer.status(404, "X-Error-Code", "EntryNotFound").to(exchange, content);
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

  private void resolve(HttpExchange exchange, String name, byte[] content) throws IOException {
    Headers headers = exchange.getResponseHeaders();
    headers.set("X-Repo-Commit", repository.commit);
    if (repository.large.contains(name)) {
      headers.set("X-Linked-Etag", '"' + FakeRepository.sha256(content) + '"');
      headers.set("X-Linked-Size", Integer.toString(content.length));
      headers.set("ETag", "\"of-the-redirect\"");
      headers.set("Location", at(store) + "/store/" + name + "?signature=secret");
      exchange.sendResponseHeaders(302, -1);
      exchange.close();
    } else {
      headers.set("ETag", '"' + FakeRepository.gitBlob(content) + '"');
      FakeAnswer.send(exchange, content);
    }
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
