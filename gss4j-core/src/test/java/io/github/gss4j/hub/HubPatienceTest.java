package io.github.gss4j.hub;

import static io.github.gss4j.hub.FakeHub.ADDRESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How often and how long a pull waits for a server that is busy, broken or away. */
class HubPatienceTest extends PullCase {
  @ParameterizedTest
  @ValueSource(ints = {429, 500, 502, 503, 504})
  void busyServerIsAskedAgain(int status) throws IOException {
    server.times(2, "hub", "GET", "/api/", FakeAnswer.status(status));
    server.once("hub", "HEAD", "model.pt", FakeAnswer.status(status));
    server.once("store", "GET", "model.pt", FakeAnswer.status(status));

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
    server.once("hub", "GET", "/api/", FakeAnswer.status(429, header, value));

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

    assertThat(new RetryableException(429, headers).retryAfter()).contains(Duration.ofSeconds(9));
  }

  @Test
  void waitBeyondReasonIsAnError() {
    server.once("hub", "GET", "/api/", FakeAnswer.status(429, "Retry-After", "86400"));

    assertThatThrownBy(this::pull)
        .isInstanceOf(HubException.class)
        .hasMessageContaining("429")
        .hasMessageContaining("86400 s");
    assertThat(server.sleeps).isEmpty();
  }

  @Test
  void brokenServerIsGivenUp() {
    server.times(20, "hub", "GET", "/api/", FakeAnswer.status(500));

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

    assertThatThrownBy(() -> server.client(nowhere).pull(ADDRESS, DownloadListener.none()))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("http://127.0.0.1:" + port)
        .hasMessageContaining("HTTPS_PROXY");
  }

  @Test
  void certificateThatIsNotTrustedIsNotTriedAgain() {
    SSLHandshakeException failure = new SSLHandshakeException("PKIX path building failed");
    failure.initCause(new CertificateException("self-signed"));

    assertThatThrownBy(() -> new Retries(server.policy(), "https://mirror").after(failure))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("https://mirror: PKIX path building failed")
        .hasMessageContaining("javax.net.ssl.trustStore");
    assertThat(server.sleeps).isEmpty();
  }

  @Test
  void hostThatIsNotKnownIsSaid() {
    ConnectException failure = new ConnectException();
    failure.initCause(new UnresolvedAddressException());
    Retries retries = new Retries(server.policy(), "https://mirror");

    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 9; i++) {
                retries.after(failure);
              }
            })
        .isInstanceOf(HubException.class)
        .hasMessageContaining("https://mirror: no such host, 4 times");
  }

  @Test
  void interruptionStopsAPullAndIsKept() {
    server.once("hub", "GET", "/api/", FakeAnswer.status(500));
    Hub hub =
        new Hub(
            server.settings(cache),
            new RetryPolicy(
                Duration.ofSeconds(20),
                Duration.ofSeconds(20),
                4,
                time -> {
                  throw new InterruptedException();
                }));

    assertThatThrownBy(() -> hub.pull(ADDRESS, DownloadListener.none()))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
  }
}
