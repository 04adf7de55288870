package io.github.gss4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.gss4j.files.Digests;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Enwik8Test {
  private static final String TEXT = Texts.words(2000, 8);

  @TempDir Path dir;
  private HttpServer server;
  private final AtomicInteger requests = new AtomicInteger();

  private interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void serve(Answer answer) {
    server.createContext(
        "/dc/enwik8.zip",
        exchange -> {
          requests.incrementAndGet();
          try (exchange) {
            answer.to(exchange);
          }
        });
  }

  private void serve(byte[] body) {
    serve(
        exchange -> {
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
        });
  }

  private URI base() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/dc/");
  }

  private Enwik8File expected() {
    MessageDigest digest = Digests.sha1();
    digest.update(TEXT.getBytes(StandardCharsets.UTF_8));
    return new Enwik8File(base(), 2000, Digests.hex(digest), Duration.ofMillis(600));
  }

  private Path cache() {
    return dir.resolve("cache");
  }

  private byte[] zipOf(String member, String text) throws IOException {
    return Files.readAllBytes(Texts.zip(dir.resolve("made.zip"), Map.of(member, text)));
  }

  private void assertFails(String... parts) {
    assertThatThrownBy(() -> expected().in(cache()))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll(parts)
        .hasMessageNotContaining("\n");
  }

  private void assertCacheHolds(String... names) throws IOException {
    try (Stream<Path> all = Files.list(cache())) {
      assertThat(all.map(p -> p.getFileName().toString())).containsExactlyInAnyOrder(names);
    }
  }

  @Test
  void isFetchedOnceAndSplit() throws IOException {
    serve(zipOf("enwik8", TEXT));
    Path file = expected().in(cache());
    assertThat(expected().in(cache())).isEqualTo(file).hasContent(TEXT);
    assertThat(requests).hasValue(1);
    assertCacheHolds("enwik8");
    try (Corpus corpus = Enwik8.split(file, 2000)) {
      assertThat(Texts.all(corpus.train())).isEqualTo(TEXT.substring(0, 1800));
      assertThat(Texts.all(corpus.heldOut())).isEqualTo(TEXT.substring(1800, 1900));
      assertThat(Texts.all(corpus.test().orElseThrow())).isEqualTo(TEXT.substring(1900));
      assertThat(corpus.heldOutNames()).containsExactly("bytes 1800 to 1900");
    }
  }

  @Test
  void zipThatLiesInTheCacheIsUsedAndLeft() throws IOException {
    Texts.write(cache().resolve("enwik8.zip"), zipOf("enwik8", TEXT));
    assertThat(expected().in(cache())).hasContent(TEXT);
    assertThat(requests).hasValue(0);
    assertCacheHolds("enwik8", "enwik8.zip");
  }

  @Test
  void withoutANetworkOneLineSaysWhereToPutIt() throws IOException {
    int closed;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = socket.getLocalPort();
    }
    Enwik8 source = new Enwik8(URI.create("http://127.0.0.1:" + closed + "/dc/"));
    assertThatThrownBy(() -> Corpus.open(source, cache()))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll(
            "/dc/enwik8.zip: cannot be fetched (no connection)",
            cache().resolve("enwik8.zip").toAbsolutePath().toString(),
            cache().resolve("enwik8").toAbsolutePath().toString())
        .hasMessageNotContaining("\n");
    assertCacheHolds();
  }

  @Test
  void serverThatAnswersOtherwiseIsAnError() throws IOException {
    serve(exchange -> exchange.sendResponseHeaders(503, -1));
    assertFails("the server answered 503", "enwik8.zip");
    assertCacheHolds();
  }

  @Test
  void serverThatStandsStillIsGivenUp() throws IOException {
    assertPartFails(10, "nothing came for", "after 10 bytes");
  }

  @Test
  void serverThatSendsTooMuchIsGivenUp() throws IOException {
    assertPartFails(5000, "more than 4000 bytes came");
  }

  /** A server that sends so many bytes and then neither more nor an end. */
  private void assertPartFails(int bytes, String... parts) throws IOException {
    CountDownLatch end = new CountDownLatch(1);
    serve(
        exchange -> {
          exchange.sendResponseHeaders(200, 1_000_000);
          exchange.getResponseBody().write(new byte[bytes]);
          exchange.getResponseBody().flush();
          try {
            end.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    try {
      assertFails(parts);
    } finally {
      end.countDown();
    }
    assertCacheHolds();
  }

  @Test
  void connectionThatBreaksIsAnError() throws IOException {
    serve(
        exchange -> {
          exchange.sendResponseHeaders(200, 1000);
          exchange.getResponseBody().write(new byte[10]);
        });
    assertFails("cannot be fetched");
    assertCacheHolds();
  }

  @Test
  void otherContentIsAnErrorAndIsNotKept() throws IOException {
    serve(zipOf("enwik8", TEXT.replace('a', 'b')));
    assertFails("enwik8 in it has SHA-1", "expected " + expected().sha1());
    assertCacheHolds();
  }

  @Test
  void otherSizesAreErrors() throws IOException {
    Path zip = cache().resolve("enwik8.zip");
    Texts.write(zip, zipOf("enwik8", TEXT + "!"));
    assertFails(zip.toString(), "has more bytes, expected 2000");
    Texts.write(zip, zipOf("enwik8", "short"));
    assertFails(zip.toString(), "has 5 bytes, expected 2000");
    Texts.write(zip, zipOf("enwik9", TEXT));
    assertFails(zip.toString(), "has no member 'enwik8'");
    Texts.write(zip, "no zip".getBytes(StandardCharsets.UTF_8));
    assertFails(zip.toString(), "is not a valid zip file");
    Texts.write(cache().resolve("enwik8"), TEXT.substring(1));
    assertFails(cache().resolve("enwik8").toString(), "has 1999 bytes");
    assertCacheHolds("enwik8", "enwik8.zip");
  }

  @Test
  void shareThatWouldNotBeHonouredIsAnError() {
    CorpusOptions options = CorpusOptions.defaults().withHeldOutFraction(0.1);
    assertThatThrownBy(() -> Corpus.open(new Enwik8(base()), cache(), options))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("heldOutFraction is 0.1", "90M/5M/5M");
  }
}
