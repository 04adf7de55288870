package io.github.gss4j.hub;

import static io.github.gss4j.hub.FakeHub.ADDRESS;
import static io.github.gss4j.hub.FakeHub.COMMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a hub that works gives, and how it lies in the cache. */
class HubPullTest {
  private static final byte[] WEIGHTS = FakeRepository.bytes(300_000);

  @TempDir Path cache;
  private final FakeHub server =
      new FakeHub()
          .with("README.md", "# A model\n")
          .with("config.json", "{}\n")
          .with("notes with space & ü.txt", "notes")
          .withLarge("model.pt", WEIGHTS)
          .withLarge("model2.pt", FakeRepository.bytes(10));

  @AfterEach
  void stop() {
    server.close();
  }

  private Path folder() {
    return cache.resolve("models--some-one--a.model");
  }

  @Test
  void snapshotHoldsTheFilesInTheHubsOwnLayout() throws IOException {
    HubSnapshot snapshot = server.client(cache).pull(ADDRESS, DownloadListener.none());

    assertThat(snapshot.directory()).isEqualTo(folder().resolve("snapshots").resolve(COMMIT));
    assertThat(FakeHub.names(snapshot.directory()))
        .containsExactly("README.md", "config.json", "model.pt");
    assertThat(snapshot.weights()).containsExactly(snapshot.directory().resolve("model.pt"));
    assertThat(snapshot.selection().others()).containsExactly("model2.pt");
    assertThat(snapshot.weights().get(0)).hasBinaryContent(WEIGHTS);
    assertThat(Files.readSymbolicLink(snapshot.weights().get(0)))
        .isEqualTo(Path.of("../../blobs/" + FakeRepository.sha256(WEIGHTS)));
    assertThat(folder().resolve("refs/main")).hasContent(COMMIT);
    assertThat(FakeHub.names(folder().resolve("blobs")))
        .containsExactlyInAnyOrder(
            FakeRepository.sha256(WEIGHTS),
            FakeRepository.gitBlob("# A model\n".getBytes(StandardCharsets.UTF_8)),
            FakeRepository.gitBlob("{}\n".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void shardsAreThoseThatTheIndexNames() {
    String index = "pytorch_model.bin.index.json";
    server.repository.files.remove("model.pt");
    server
        .with(index, "{\"weight_map\": {\"a\": \"one.bin\", \"b\": \"two.bin\"}}")
        .withLarge("one.bin", FakeRepository.bytes(10))
        .withLarge("two.bin", FakeRepository.bytes(20))
        .withLarge("optimizer.bin", FakeRepository.bytes(30));

    HubAddress address = ADDRESS.withFile(index);
    HubSnapshot snapshot = server.client(cache).pull(address, DownloadListener.none());

    assertThat(snapshot.selection().weights()).containsExactly(index, "one.bin", "two.bin");
    assertThat(snapshot.weights()).allSatisfy(file -> assertThat(file).isRegularFile());
    server.repository.files.remove("two.bin");
    assertThatThrownBy(() -> server.client(cache).pull(address, DownloadListener.none()))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("has no file 'two.bin'");
  }

  @Test
  void secondPullDownloadsNothing() {
    server.client(cache).pull(ADDRESS, DownloadListener.none());
    server.seen.clear();

    server.client(cache).pull(ADDRESS, DownloadListener.none());

    assertThat(server.seen)
        .extracting(FakeHub.Seen::path)
        .containsExactly("/api/models/some-one/a.model/revision/main");
  }

  @Test
  void newCommitDownloadsWhatChangedAlone() {
    server.client(cache).pull(ADDRESS, DownloadListener.none());
    server.seen.clear();
    server.repository.commit = COMMIT.replace('0', 'f');
    server.with("config.json", "{\"new\": 1}\n");

    HubSnapshot snapshot = server.client(cache).pull(ADDRESS, DownloadListener.none());

    assertThat(snapshot.directory().resolve("config.json")).hasContent("{\"new\": 1}\n");
    assertThat(snapshot.weights().get(0)).hasBinaryContent(WEIGHTS);
    assertThat(server.seen("store", "GET", "")).isEmpty();
    assertThat(folder().resolve("refs/main")).hasContent(server.repository.commit);
    assertThat(folder().resolve("snapshots").resolve(COMMIT).resolve("config.json"))
        .hasContent("{}\n");
  }

  @Test
  void singleFileIsFoundUnderItsName() {
    Path file =
        server.client(cache).file(ADDRESS, "notes with space & ü.txt", DownloadListener.none());

    assertThat(file).hasContent("notes").hasFileName("notes with space & ü.txt");
    assertThat(folder().resolve("refs/main")).hasContent(COMMIT);
  }

  @Test
  void fileOfAPinnedCommitNeedsNoNetworkOnceItIsThere() {
    HubAddress pinned = ADDRESS.withRevision(COMMIT);
    Path file = server.client(cache).file(pinned, "config.json", DownloadListener.none());
    server.seen.clear();

    assertThat(server.client(cache).file(pinned, "config.json", DownloadListener.none()))
        .isEqualTo(file);
    assertThat(server.seen).isEmpty();
    assertThat(folder().resolve("refs")).doesNotExist();
  }

  @Test
  void revisionWithSlashesIsAskedForAndRemembered() {
    HubSnapshot snapshot =
        server.client(cache).pull(ADDRESS.withRevision("refs/pr/1"), DownloadListener.none());

    assertThat(snapshot.commit()).isEqualTo(COMMIT);
    assertThat(folder().resolve("refs/refs/pr/1")).hasContent(COMMIT);
  }

  @Test
  void tokenGoesToTheHubAndNotToTheStore() {
    HubSettings plain = server.settings(cache);
    HubSettings settings =
        new HubSettings(
            plain.endpoint(), Optional.of("hf_secret"), cache, false, true, plain.proxy());

    server.client(settings).pull(ADDRESS, DownloadListener.none());

    assertThat(server.seen("hub", "GET", ""))
        .isNotEmpty()
        .allSatisfy(s -> assertThat(s.header("Authorization")).contains("Bearer hf_secret"));
    assertThat(server.seen("hub", "HEAD", ""))
        .isNotEmpty()
        .allSatisfy(s -> assertThat(s.header("Authorization")).contains("Bearer hf_secret"));
    assertThat(server.seen("store", "GET", "model.pt"))
        .hasSize(1)
        .allSatisfy(s -> assertThat(s.header("Authorization")).isEmpty());
  }

  @Test
  void redirectWithinTheHubIsFollowed() throws IOException {
    server.once(
        "hub",
        "GET",
        "/api/",
        FakeAnswer.status(307, "Location", "/api/models/some-one/a.model/revision/main"));
    String moved = "/some-one/a.model/resolve/" + COMMIT + "/config.json";
    server.times(2, "hub", "HEAD", "config.json", FakeAnswer.status(307, "Location", moved));
    server.once("hub", "GET", "config.json", FakeAnswer.status(301, "Location", moved));

    assertThat(server.client(cache).file(ADDRESS, "config.json", DownloadListener.none()))
        .hasContent("{}\n");
  }

  @Test
  void endlessRedirectIsAnError() {
    server.times(
        50,
        "hub",
        "GET",
        "/api/",
        FakeAnswer.status(302, "Location", "/api/models/some-one/a.model/revision/main"));

    assertThatThrownBy(() -> server.client(cache).pull(ADDRESS, DownloadListener.none()))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("redirects more than 10 times");
  }

  @Test
  void redirectToAnotherKindOfAddressIsRefused() {
    server.once("hub", "GET", "/api/", FakeAnswer.status(302, "Location", "file:///etc/passwd"));

    assertThatThrownBy(() -> server.client(cache).pull(ADDRESS, DownloadListener.none()))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("file:///etc/passwd")
        .hasMessageContaining("not followed");
  }

  @Test
  void progressRisesToTheWhole() {
    List<Long> done = new ArrayList<>();

    server
        .client(cache)
        .pull(
            ADDRESS,
            (file, at, total) -> {
              if (file.equals("model.pt")) {
                assertThat(total).isEqualTo(WEIGHTS.length);
                done.add(at);
              }
            });

    assertThat(done).isSorted().hasSizeGreaterThan(2).startsWith(0L).endsWith(300_000L);
  }

  @Test
  void withoutLinksTheSnapshotHoldsTheFilesThemselves() {
    HubSettings plain = server.settings(cache);
    HubSettings settings =
        new HubSettings(plain.endpoint(), plain.token(), cache, false, false, plain.proxy());
    server.with("model.safetensors", "same").with("tokenizer.json", "same");

    HubSnapshot snapshot = server.client(settings).pull(ADDRESS, DownloadListener.none());

    for (String name : List.of("model.safetensors", "tokenizer.json")) {
      Path file = snapshot.directory().resolve(name);
      assertThat(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)).isTrue();
      assertThat(file).hasContent("same");
    }
  }

  @Test
  void deadLinkIsMended() throws IOException {
    Hub hub = server.client(cache);
    Path file = hub.file(ADDRESS, "config.json", DownloadListener.none());
    Files.delete(file.toRealPath());

    assertThat(hub.file(ADDRESS, "config.json", DownloadListener.none())).hasContent("{}\n");
  }

  @Test
  void emptyFileIsAFile() {
    server.with("empty.txt", "");

    assertThat(server.client(cache).file(ADDRESS, "empty.txt", DownloadListener.none()))
        .isEmptyFile();
  }

  @Test
  void requestsGoThroughTheProxyWithItsPassword() {
    HubSettings settings =
        HubSettings.fromEnvironment(
            Map.of(
                "HF_ENDPOINT",
                "http://hub.invalid",
                "HF_HOME",
                cache.toString(),
                "HTTP_PROXY",
                "http://me:word@127.0.0.1:" + server.endpoint().getPort()));

    Path file = server.client(settings).file(ADDRESS, "config.json", DownloadListener.none());

    assertThat(file).hasContent("{}\n");
    assertThat(server.seen)
        .isNotEmpty()
        .allSatisfy(
            s -> {
              assertThat(s.header("Host")).contains("hub.invalid");
              assertThat(s.header("Proxy-Authorization")).contains("Basic bWU6d29yZA==");
            });
  }
}
