package io.github.gss4j.hub;

import static io.github.gss4j.hub.FakeHub.COMMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Wrong bytes, hostile answers, and a disk that will not take what comes. */
class HubDistrustTest extends PullCase {
  @Test
  void wrongBytesAreDeletedAndSaidOnce() throws IOException {
    byte[] wrong = WEIGHTS.clone();
    wrong[123_456] ^= 1;
    server.once("store", "GET", "model.pt", FakeAnswer.content(wrong));

    assertThatThrownBy(this::pull)
        .isInstanceOf(HubException.class)
        .hasMessageContaining("hf:some-one/a.model:model.pt")
        .hasMessageContaining("checksum is not " + FakeRepository.sha256(WEIGHTS));
    assertThat(FakeHub.names(blobs())).hasSize(1); // the config
    assertThat(cache.resolve("models--some-one--a.model/snapshots/" + COMMIT + "/model.pt"))
        .doesNotExist();

    assertWhole(pull());
  }

  @Test
  void wrongBytesOfASmallFileAreFoundToo() {
    server.once("hub", "GET", "config.json", FakeAnswer.content(new byte[] {'{', ']'}));

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
  @ValueSource(strings = {"../../x", "/etc/passwd", "a/../../b", "..\\x", "C:/x", "", "a//b"})
  void hostileNameInTheListingIsRefused(String name) throws IOException {
    server.repository.listedToo.add(name);

    assertThatThrownBy(this::pull)
        .isInstanceOf(HubException.class)
        .hasMessageContaining("refused")
        .hasMessageContaining("'" + name + "'");
    assertThat(FakeHub.names(cache)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../../x", "", "..", "a/b"})
  void hostileEtagIsRefused(String etag) throws IOException {
    server.once("hub", "HEAD", "config.json", FakeAnswer.status(200, "ETag", '"' + etag + '"'));

    assertThatThrownBy(this::pull)
        .isInstanceOf(HubException.class)
        .hasMessageContaining("ETag '" + etag + "'");
    assertThat(FakeHub.names(cache)).isEmpty();
  }

  @Test
  void hostileCommitIsRefused() throws IOException {
    server.repository.commit = "../../../0123456789abcdef0123456789abcdef";

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
        FakeAnswer.content("<html>log in</html>".getBytes(StandardCharsets.UTF_8)));

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
        FakeAnswer.status(
            302,
            "X-Linked-Etag",
            '"' + FakeRepository.sha256(WEIGHTS) + '"',
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
}
