package io.github.gss4j.hub;

import static io.github.gss4j.hub.FakeHub.ADDRESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A download that breaks off continues where it ended, or starts again. */
class HubResumeTest extends PullCase {
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
        "store",
        "GET",
        "model.pt",
        FakeAnswer.status(206, "Content-Range", "bytes 0-199999/200000"));

    assertWhole(pull());

    assertThat(ranges()).containsExactly(Optional.of("bytes=1000-"), Optional.empty());
  }

  @Test
  void serverThatHasNoSuchRangeStartsOver() throws IOException {
    Files.write(part(), Arrays.copyOf(WEIGHTS, 1000));
    server.once("store", "GET", "model.pt", FakeAnswer.status(416));

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
    byte[] big = FakeRepository.bytes(9 << 20);
    server.withLarge("big.bin", big);
    server.times(8, "store", "GET", "big.bin", server.dropAfter((1 << 20) + 1));

    Path file = server.client(cache).file(ADDRESS, "big.bin", server.progress());
    assertThat(Files.readAllBytes(file)).isEqualTo(big);
  }

  @Test
  void serverThatStartsOverAndDropsForEverIsGivenUp() {
    byte[] big = FakeRepository.bytes(4 << 20);
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
}
