package io.github.gss4j.hub;

import static io.github.gss4j.hub.FakeHub.ADDRESS;
import static io.github.gss4j.hub.FakeHub.COMMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the cache gives without a network. */
class HubOfflineTest {
  @TempDir Path cache;
  private final FakeHub server =
      new FakeHub().with("config.json", "{}").withLarge("model.pt", FakeRepository.bytes(1000));
  private Hub offline;

  @BeforeEach
  void settings() {
    HubSettings s = server.settings(cache);
    offline =
        server.client(new HubSettings(s.endpoint(), s.token(), s.cache(), true, true, s.proxy()));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void pulledModelIsFoundAgain() {
    HubSnapshot online = server.client(cache).pull(ADDRESS, DownloadListener.none());
    server.seen.clear();

    assertThat(offline.pull(ADDRESS, DownloadListener.none())).isEqualTo(online);
    assertThat(offline.pull(ADDRESS.withRevision(COMMIT), DownloadListener.none()))
        .isEqualTo(online);
    assertThat(offline.file(ADDRESS, "model.pt", DownloadListener.none()))
        .isEqualTo(online.weights().get(0));
    assertThat(server.seen).isEmpty();
  }

  @Test
  void emptyCacheSaysWhereItLooked() {
    for (HubAddress address : new HubAddress[] {ADDRESS, ADDRESS.withRevision(COMMIT)}) {
      assertThatThrownBy(() -> offline.pull(address, DownloadListener.none()))
          .isInstanceOf(HubException.class)
          .hasMessageContaining(address.toString())
          .hasMessageContaining(cache.resolve("models--some-one--a.model").toString())
          .hasMessageContaining("HF_HUB_OFFLINE");
    }
    assertThat(server.seen).isEmpty();
  }

  @Test
  void missingFileSaysWhatTheCacheHolds() {
    server.client(cache).pull(ADDRESS, DownloadListener.none());

    assertThatThrownBy(() -> offline.pull(ADDRESS.withFile("model2.pt"), DownloadListener.none()))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("no file 'model2.pt': it holds config.json, model.pt");
    assertThatThrownBy(() -> offline.file(ADDRESS, "model2.pt", DownloadListener.none()))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("hf:some-one/a.model:model2.pt is not in the cache");
  }

  @Test
  void interruptedPullLeavesTheEarlierModelInPlace() {
    HubSnapshot before = server.client(cache).pull(ADDRESS, DownloadListener.none());
    server.repository.commit = COMMIT.replace('0', 'f');
    server.withLarge("model.pt", FakeRepository.bytes(2000));
    server.times(9, "store", "GET", "model.pt", FakeAnswer.status(500));
    assertThatThrownBy(() -> server.client(cache).pull(ADDRESS, DownloadListener.none()))
        .isInstanceOf(HubException.class);

    assertThat(offline.pull(ADDRESS, DownloadListener.none())).isEqualTo(before);
  }

  @Test
  void brokenNoteIsAnErrorOfflineAndMendedOnline() throws IOException {
    HubSnapshot online = server.client(cache).pull(ADDRESS, DownloadListener.none());
    Path ref = cache.resolve("models--some-one--a.model/refs/main");
    Files.writeString(ref, "../../elsewhere");

    assertThatThrownBy(() -> offline.pull(ADDRESS, DownloadListener.none()))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("refs/main holds '../../elsewhere'");
    server.client(cache).pull(ADDRESS, DownloadListener.none());

    assertThat(offline.pull(ADDRESS, DownloadListener.none())).isEqualTo(online);
  }

  @Test
  void aHubThatIsAwayIsAskedOnceAndTheCacheIsTaken() {
    HubSnapshot before = server.client(cache).pull(ADDRESS, DownloadListener.none());
    for (int status : new int[] {500, 429, 503}) {
      server.seen.clear();
      server.sleeps.clear();
      server.once("hub", "GET", "/api/", FakeAnswer.status(status, "Retry-After", "86400"));
      assertThat(server.client(cache).pull(ADDRESS, DownloadListener.none())).isEqualTo(before);
      server.once("hub", "GET", "/api/", FakeAnswer.status(status));
      assertThat(server.client(cache).file(ADDRESS, "model.pt", DownloadListener.none()))
          .isEqualTo(before.weights().get(0));
      assertThat(server.seen).hasSize(2);
      assertThat(server.sleeps).isEmpty();
    }
    HubSettings s = server.settings(cache);
    URI nobody = URI.create("http://127.0.0.1:1");
    HubSettings away = new HubSettings(nobody, s.token(), s.cache(), false, true, s.proxy());
    assertThat(server.client(away).pull(ADDRESS, DownloadListener.none())).isEqualTo(before);
  }

  @Test
  void filesOfADataSetThatWereFetchedAreListedWhileTheHubIsAway() {
    Hub online = server.with("other.json", "{}").client(cache);
    Path fetched = online.listed(online.list(ADDRESS), "config.json", DownloadListener.none());
    Hub.Listing part = new Hub.Listing(ADDRESS.withRevision(COMMIT), List.of("config.json"));
    server.seen.clear();
    assertThat(offline.list(ADDRESS)).isEqualTo(part);
    assertThat(server.seen).isEmpty();

    server.once("hub", "GET", "/api/", FakeAnswer.status(503));
    assertThat(online.list(ADDRESS)).isEqualTo(part);
    assertThat(online.listed(part, "config.json", DownloadListener.none())).isEqualTo(fetched);
    assertThat(server.seen).hasSize(1);
    assertThat(online.list(ADDRESS).files()).contains("config.json", "other.json");
  }

  @Test
  void aPinnedModelThatIsWholeIsAskedForNowhere() throws IOException {
    HubSnapshot before = server.client(cache).pull(ADDRESS, DownloadListener.none());
    server.seen.clear();
    HubAddress pinned = ADDRESS.withRevision(COMMIT);
    assertThat(server.client(cache).pull(pinned, DownloadListener.none())).isEqualTo(before);
    assertThat(server.seen).isEmpty();
    Files.delete(before.directory().resolve("config.json")); // as another program may leave it
    assertThat(server.client(cache).pull(pinned, DownloadListener.none())).isEqualTo(before);
    assertThat(before.directory().resolve("config.json")).exists();
  }

  @Test
  void aModelThatTheHubRefusesIsNotTakenFromTheCache() {
    server.client(cache).pull(ADDRESS, DownloadListener.none());
    server.once("hub", "GET", "/api/", FakeAnswer.status(404, "X-Error-Code", "RepoNotFound"));
    assertThatThrownBy(() -> server.client(cache).pull(ADDRESS, DownloadListener.none()))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("has no repository");
  }
}
