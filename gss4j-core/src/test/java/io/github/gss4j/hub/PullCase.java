package io.github.gss4j.hub;

import static io.github.gss4j.hub.FakeHub.ADDRESS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** A repository of a config and a file of weights, and a place to pull it to. */
abstract class PullCase {
  static final byte[] WEIGHTS = FakeRepository.bytes(200_000);

  @TempDir Path cache;
  final FakeHub server = new FakeHub().with("config.json", "{}").withLarge("model.pt", WEIGHTS);

  @AfterEach
  void stop() {
    server.close();
  }

  Path blobs() {
    return cache.resolve("models--some-one--a.model/blobs");
  }

  /** Where the weights lie until they are whole. */
  Path part() throws IOException {
    Files.createDirectories(blobs());
    return blobs().resolve(FakeRepository.sha256(WEIGHTS) + ".incomplete");
  }

  HubSnapshot pull() {
    return server.client(cache).pull(ADDRESS, server.progress());
  }

  void assertWhole(HubSnapshot snapshot) throws IOException {
    assertThat(Files.readAllBytes(snapshot.weights().get(0))).isEqualTo(WEIGHTS);
    assertThat(FakeHub.names(blobs())).noneMatch(name -> name.endsWith(".incomplete"));
  }

  /** Which part of the weights was asked for, each time. */
  List<Optional<String>> ranges() {
    return server.seen("store", "GET", "model.pt").stream().map(s -> s.header("Range")).toList();
  }
}
