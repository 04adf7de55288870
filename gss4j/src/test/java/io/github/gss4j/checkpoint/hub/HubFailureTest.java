package io.github.gss4j.checkpoint.hub;

import static io.github.gss4j.checkpoint.hub.FakeHub.ADDRESS;
import static io.github.gss4j.checkpoint.hub.FakeHub.COMMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a pull when the network, the server or the disk will not do. */
class HubFailureTest {
  private static final byte[] WEIGHTS = FakeHub.bytes(200_000);

  @TempDir Path cache;
  private final FakeHub server =
      new FakeHub().with("config.json", "{}").withLarge("model.pt", WEIGHTS);

  @AfterEach
  void stop() {
    server.close();
  }

  private Path blobs() {
    return cache.resolve("models--some-one--a.model/blobs");
  }

  private Path part() throws IOException {
    Files.createDirectories(blobs());
    return blobs().resolve(FakeHub.sha256(WEIGHTS) + ".incomplete");
  }

  private HubSnapshot pull() {
    return server.client(cache).pull(ADDRESS, server.progress());
  }

  private void assertWhole(HubSnapshot snapshot) throws IOException {
    assertThat(Files.readAllBytes(snapshot.weights().get(0))).isEqualTo(WEIGHTS);
    assertThat(FakeHub.names(blobs())).noneMatch(name -> name.endsWith(".incomplete"));
  }

  private List<Optional<String>> ranges() {
    return server.seen("store", "GET", "model.pt").stream().map(s -> s.header("Range")).toList();
  }

  @Test
  void droppedConnectionIsResumedWhereItEnded() throws IOException {
    server.once("store", "GET", "model.pt", server.dropAfter(70_000));
    server.once("store", "GET", "model.pt", server.dropAfter(50_000));

    assertWhole(pull());

    assertThat(ranges())
        .containsExactly(
            Optional.empty(), Optional.of("bytes=70000-"), Optional.of("bytes=120000-"));
    assertThat(server.sleeps).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
  }

  @Test
  @Timeout(60)
  void silentServerIsGivenUpAndAskedAgain() throws IOException {
    server.once("store", "GET", "model.pt", server.stallAfter(1000));

    assertWhole(pull());

    assertThat(ranges()).containsExactly(Optional.empty(), Optional.of("bytes=1000-"));
  }

  @Test
  void partOfAnEarlierRunIsContinued() throws IOException {
    Files.write(part(), Arrays.copyOf(WEIGHTS, 150_000));
    List<Long> done = new ArrayList<>();

    assertWhole(
        server
            .client(cache)
            .pull(ADDRESS, (file, at, total) -> done.add(file.equals("model.pt") ? at : -1)));

    assertThat(ranges()).containsExactly(Optional.of("bytes=150000-"));
    assertThat(done).contains(150_000L, 200_000L);
  }

  @Test
  void wholePartOfAnEarlierRunIsNotAskedForAgain() throws IOException {
    Files.write(part(), WEIGHTS);

    assertWhole(pull());

    assertThat(ranges()).isEmpty();
  }

  @Test
  void tooLongPartIsBegunAnew() throws IOException {
    Files.write(part(), new byte[200_001]);

    assertWhole(pull());

    assertThat(ranges()).containsExactly(Optional.empty());
  }

  @Test
  void serverThatIgnoresTheRangeStartsOver() throws IOException {
    Files.write(part(), new byte[1000]);
    server.once(
        "store",
        "GET",
        "model.pt",
        (exchange, content) -> {
          exchange.sendResponseHeaders(200, content.length);
          exchange.getResponseBody().write(content);
          exchange.close();
        });

    assertWhole(pull());

    assertThat(ranges()).containsExactly(Optional.of("bytes=1000-"));
  }

  @Test
  void serverThatContinuesElsewhereStartsOver() throws IOException {
    Files.write(part(), Arrays.copyOf(WEIGHTS, 1000));
    server.once(
        "store", "GET", "model.pt", FakeHub.status(206, "Content-Range", "bytes 0-199999/200000"));

    assertWhole(pull());

    assertThat(ranges()).containsExactly(Optional.of("bytes=1000-"), Optional.empty());
  }

  @Test
  void serverThatHasNoSuchRangeStartsOver() throws IOException {
    Files.write(part(), Arrays.copyOf(WEIGHTS, 1000));
    server.once("store", "GET", "model.pt", FakeHub.status(416));

    assertWhole(pull());

    assertThat(ranges()).containsExactly(Optional.of("bytes=1000-"), Optional.empty());
  }

  @Test
  void attemptsAreBoundedAndThePartIsKept() throws IOException {
    server.times(20, "store", "GET", "model.pt", server.dropAfter(100));

    assertThatThrownBy(this::pull)
        .isInstanceOf(HubException.class)
        .hasMessageContaining("the connection ended at byte 400 of 200000, 4 times")
        .hasMessageContaining("HF_HUB_OFFLINE")
        .message()
        .doesNotContain("secret");

    assertThat(ranges()).hasSize(4);
    assertThat(part()).hasSize(400);
  }

  @Test
  void attemptsAreCountedAnewWhileTheDownloadGetsOn() throws IOException {
    byte[] big = FakeHub.bytes(9 << 20);
    server.withLarge("big.bin", big);
    server.times(8, "store", "GET", "big.bin", server.dropAfter((1 << 20) + 1));

    Path file = server.client(cache).file(ADDRESS, "big.bin", server.progress());
    assertThat(Files.readAllBytes(file)).isEqualTo(big);
  }

  @Test
  void serverThatStartsOverAndDropsForEverIsGivenUp() {
    byte[] big = FakeHub.bytes(4 << 20);
    server.withLarge("big.bin", big);
    server.times(
        50,
        "store",
        "GET",
        "big.bin",
        (exchange, content) -> {
          exchange.sendResponseHeaders(200, content.length);
          exchange.getResponseBody().write(content, 0, 3 << 20);
          exchange.getResponseBody().flush();
          server.awaitArrival(3 << 20);
          throw new IOException("dropped by the test");
        });

    assertThatThrownBy(() -> server.client(cache).file(ADDRESS, "big.bin", server.progress()))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("4 times");
  }

  @Test
  void wrongBytesAreDeletedAndSaidOnce() throws IOException {
    byte[] wrong = WEIGHTS.clone();
    wrong[123_456] ^= 1;
    server.once("store", "GET", "model.pt", FakeHub.content(wrong));

    assertThatThrownBy(this::pull)
        .isInstanceOf(HubException.class)
        .hasMessageContaining("hf:some-one/a.model:model.pt")
        .hasMessageContaining("checksum is not " + FakeHub.sha256(WEIGHTS));
    assertThat(FakeHub.names(blobs())).hasSize(1); // the config
    assertThat(cache.resolve("models--some-one--a.model/snapshots/" + COMMIT + "/model.pt"))
        .doesNotExist();

    assertWhole(pull());
  }

  @Test
  void wrongBytesOfASmallFileAreFoundToo() {
    server.once("hub", "GET", "config.json", FakeHub.content(new byte[] {'{', ']'}));

    assertThatThrownBy(this::pull)
        .isInstanceOf(HubException.class)
        .hasMessageContaining("config.json: wrong bytes");
  }

  @Test
  void bytesWithoutEndAreStopped() throws IOException {
    server.once(
        "store",
        "GET",
        "model.pt",
        (exchange, content) -> {
          exchange.sendResponseHeaders(200, 0); // chunked
          try (var body = exchange.getResponseBody()) {
            for (int i = 0; i < 1000; i++) {
              body.write(new byte[1 << 16]);
            }
          }
        });

    assertThatThrownBy(this::pull)
        .isInstanceOf(HubException.class)
        .hasMessageContaining("more than the expected 200000 bytes");
    assertThat(part()).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 502, 503, 504})
  void busyServerIsAskedAgain(int status) throws IOException {
    server.times(2, "hub", "GET", "/api/", FakeHub.status(status));
    server.once("hub", "HEAD", "model.pt", FakeHub.status(status));
    server.once("store", "GET", "model.pt", FakeHub.status(status));

    assertWhole(pull());

    assertThat(server.sleeps).extracting(Duration::toSeconds).containsExactly(1L, 2L, 1L, 1L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Retry-After | 7 | 7",
        "Retry-After | soon | 1",
        "RateLimit | \"api\";r=0;t=55 | 55"
      })
  void serverSaysHowLongToWait(String header, String value, long seconds) throws IOException {
    server.once("hub", "GET", "/api/", FakeHub.status(429, header, value));

    assertWhole(pull());

    assertThat(server.sleeps).containsExactly(Duration.ofSeconds(seconds));
  }

  @Test
  void dateToWaitForIsTakenByTheServersOwnClock() {
    HttpHeaders headers =
        HttpHeaders.of(
            Map.of(
                "Retry-After", List.of("Wed, 21 Oct 2015 07:28:09 GMT"),
                "Date", List.of("Wed, 21 Oct 2015 07:28:00 GMT")),
            (name, value) -> true);

    assertThat(new BusyException(429, headers).retryAfter()).contains(Duration.ofSeconds(9));
  }

  @Test
  void waitBeyondReasonIsAnError() {
    server.once("hub", "GET", "/api/", FakeHub.status(429, "Retry-After", "86400"));

    assertThatThrownBy(this::pull)
        .isInstanceOf(HubException.class)
        .hasMessageContaining("429")
        .hasMessageContaining("86400 s");
    assertThat(server.sleeps).isEmpty();
  }

  @Test
  void brokenServerIsGivenUp() {
    server.times(20, "hub", "GET", "/api/", FakeHub.status(500));

    assertThatThrownBy(this::pull)
        .isInstanceOf(HubException.class)
        .hasMessageContaining("the server answers 500, 4 times");
    assertThat(server.sleeps).extracting(Duration::toSeconds).containsExactly(1L, 2L, 4L);
  }

  @Test
  void noServerIsSaid() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    HubSettings s = server.settings(cache);
    HubSettings nowhere =
        new HubSettings(
            URI.create("http://127.0.0.1:" + port), s.token(), s.cache(), false, true, s.proxy());

    assertThatThrownBy(() -> server.client(nowhere).pull(ADDRESS, Progress.none()))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("http://127.0.0.1:" + port)
        .hasMessageContaining("HTTPS_PROXY");
  }

  @Test
  void certificateThatIsNotTrustedIsNotTriedAgain() {
    SSLHandshakeException failure = new SSLHandshakeException("PKIX path building failed");
    failure.initCause(new CertificateException("self-signed"));

    assertThatThrownBy(() -> new Retries(server.patience(), "https://mirror").after(failure))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("https://mirror: PKIX path building failed")
        .hasMessageContaining("javax.net.ssl.trustStore");
    assertThat(server.sleeps).isEmpty();
  }

  @Test
  void hostThatIsNotKnownIsSaid() {
    ConnectException failure = new ConnectException();
    failure.initCause(new UnresolvedAddressException());
    Retries retries = new Retries(server.patience(), "https://mirror");

    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 9; i++) {
                retries.after(failure);
              }
            })
        .isInstanceOf(HubException.class)
        .hasMessageContaining("https://mirror: no such host, 4 times");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "401 | RepoNotFound | false | set HF_TOKEN if it is private",
        "401 | RepoNotFound | true | does not accept your token",
        "401 | GatedRepo | false | accept its licence at",
        "403 | GatedRepo | true | with the account of your token",
        "404 | RepoNotFound | true | no repository some-one/a.model",
        "404 | RevisionNotFound | false | has no revision main",
        "404 | '' | false | check the name and the revision",
        "400 | '' | false | answers 400"
      })
  void refusalSaysWhatToDo(int status, String code, boolean token, String words) {
    server.times(9, "hub", "GET", "/api/", FakeHub.status(status, "X-Error-Code", code));
    HubSettings s = server.settings(cache);
    HubSettings settings =
        new HubSettings(
            s.endpoint(),
            token ? Optional.of("hf_x") : Optional.empty(),
            cache,
            false,
            true,
            s.proxy());

    assertThatThrownBy(() -> server.client(settings).pull(ADDRESS, Progress.none()))
        .isInstanceOf(HubException.class)
        .hasMessageContaining(words)
        .hasMessageContaining("some-one/a.model")
        .message()
        .doesNotContain("\n", "hf_x");
    assertThat(server.seen).hasSize(1); // not tried again
  }

  @Test
  void gatedFileSaysToAcceptTheLicence() {
    server.once("hub", "HEAD", "model.pt", FakeHub.status(403, "X-Error-Code", "GatedRepo"));

    assertThatThrownBy(this::pull)
        .isInstanceOf(HubException.class)
        .hasMessageContaining("accept its licence at " + server.endpoint() + "/some-one/a.model");
  }

  @Test
  void missingFileListsWhatThereIs() {
    assertThatThrownBy(() -> server.client(cache).file(ADDRESS, "model9.pt", Progress.none()))
        .isInstanceOf(HubException.class)
        .hasMessageContaining(
            "some-one/a.model at main has no file 'model9.pt': it holds config.json, model.pt");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../x", "/etc/passwd", "a/../../b", "..\\x", "C:/x", "", "a//b"})
  void hostileNameInTheListingIsRefused(String name) throws IOException {
    server.listedToo.add(name);

    assertThatThrownBy(this::pull)
        .isInstanceOf(HubException.class)
        .hasMessageContaining("refused")
        .hasMessageContaining("'" + name + "'");
    assertThat(FakeHub.names(cache)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../../x", "", "..", "a/b"})
  void hostileEtagIsRefused(String etag) throws IOException {
    server.once("hub", "HEAD", "config.json", FakeHub.status(200, "ETag", '"' + etag + '"'));

    assertThatThrownBy(this::pull)
        .isInstanceOf(HubException.class)
        .hasMessageContaining("ETag '" + etag + "'");
    assertThat(FakeHub.names(cache)).isEmpty();
  }

  @Test
  void hostileCommitIsRefused() throws IOException {
    server.commit = "../../../0123456789abcdef0123456789abcdef";

    assertThatThrownBy(this::pull)
        .isInstanceOf(HubException.class)
        .hasMessageContaining("is HF_ENDPOINT a hub");
    assertThat(FakeHub.names(cache)).isEmpty();
  }

  @Test
  void pageInPlaceOfAListingIsAnError() {
    server.once(
        "hub",
        "GET",
        "/api/",
        FakeHub.content("<html>log in</html>".getBytes(StandardCharsets.UTF_8)));

    assertThatThrownBy(this::pull)
        .isInstanceOf(HubException.class)
        .hasMessageContaining("not JSON")
        .hasMessageContaining("HF_ENDPOINT");
  }

  @Test
  void fullDiskIsSaidBeforeTheDownload() {
    server.once(
        "hub",
        "HEAD",
        "model.pt",
        FakeHub.status(
            302,
            "X-Linked-Etag",
            '"' + FakeHub.sha256(WEIGHTS) + '"',
            "X-Linked-Size",
            "999999999999999999",
            "Location",
            "http://127.0.0.1:1/x"));

    assertThatThrownBy(this::pull)
        .isInstanceOf(HubException.class)
        .hasMessageContaining("needs 999999999999999999 bytes more")
        .hasMessageContaining("HF_HUB_CACHE");
    assertThat(server.seen("store", "GET", "")).isEmpty();
  }

  @Test
  void diskThatCannotBeWrittenIsNotTakenForTheNetwork() throws IOException {
    Files.createDirectories(part());

    assertThatThrownBy(this::pull)
        .isInstanceOf(HubException.class)
        .hasMessageContaining("cannot write " + part())
        .hasMessageContaining("HF_HUB_CACHE");
    assertThat(server.sleeps).isEmpty();
  }

  @Test
  void interruptionStopsAPullAndIsKept() {
    server.once("hub", "GET", "/api/", FakeHub.status(500));
    Hub hub =
        new Hub(
            server.settings(cache),
            new Patience(
                Duration.ofSeconds(20),
                Duration.ofSeconds(20),
                4,
                time -> {
                  throw new InterruptedException();
                }));

    assertThatThrownBy(() -> hub.pull(ADDRESS, Progress.none()))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
  }
}
