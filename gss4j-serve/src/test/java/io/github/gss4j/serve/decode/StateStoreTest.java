package io.github.gss4j.serve.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gss4j.GssModel;
import io.github.gss4j.LoadOptions;
import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.engine.RandomModel;
import io.github.gss4j.generation.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateStoreTest {
  private static final long SEED = 5;

  @TempDir private Path directory;
  private GssModel model;

  @BeforeEach
  void load() {
    model = load(SEED, directory);
  }

  private static GssModel load(long seed, Path directory) {
    ModelConfig config =
        ModelConfig.of(256, 16, 1)
            .withLayers(List.of(new GssConfig(6, 8, true)))
            .withTokenizer("bytes");
    return GssModel.load(
        RandomModel.write(config, seed, directory), LoadOptions.defaults().withEngine("java"));
  }

  @AfterEach
  void close() {
    model.close();
  }

  private Session session(int... ids) {
    Session session = model.session();
    session.read(ids);
    return session;
  }

  private StateStore store(Capacity capacity) {
    return store(model, capacity, Runnable::run);
  }

  private static StateStore store(GssModel model, Capacity capacity, Executor disk) {
    return new StateStore(model, new StateSize(model.model()), capacity, disk);
  }

  private Capacity capacity() {
    return capacity(Capacity.defaults().stateLife());
  }

  private Capacity capacity(Duration life) {
    Capacity byDefault = Capacity.defaults();
    return new Capacity(
        byDefault.rows(),
        byDefault.queue(),
        byDefault.rowBytes(),
        byDefault.cacheBytes(),
        byDefault.stateBytes(),
        life,
        Optional.of(directory),
        byDefault.directoryBytes(),
        byDefault.slice());
  }

  /** The process may end, or the disk be full, before the new file is there. */
  @Test
  void aStateThatIsReplacedIsOnDiskAtEveryMoment() {
    Queue<Runnable> work = new ArrayDeque<>();
    StateStore store = store(model, capacity(), work::add);
    Path file = directory.resolve("states/mine.safetensors");
    store.keep(session(1, 2, 3), "mine");
    work.forEach(Runnable::run);
    work.clear();
    assertThat(file).exists();
    store.keep(session(1, 2, 3, 4, 5), "mine");
    for (Runnable step : work) {
      step.run();
      assertThat(file).exists();
    }
    store.close();
    StateStore again = store(model, capacity(), work::add);
    assertThat(again.all()).extracting(KeptState::tokens).containsExactly(5L);
    again.close();
  }

  @Test
  void whatHasExpiredMakesRoom() {
    long bytes = new StateSize(model.model()).of(1);
    StateStore store =
        store(Capacity.defaults().withBytes(1, 1, 2 * bytes).withStateLife(Duration.ofHours(1)));
    KeptState old = store.keep(session(1));
    store.keep(session(2), "other");
    try (Session third = session(3)) {
      assertThatThrownBy(() -> store.keep(third)).isInstanceOf(QuotaException.class);
      old.touch(Instant.now().minus(Duration.ofHours(2)));
      store.keep(third.fork(), "third");
    }
    assertThat(store.bytes()).isEqualTo(2 * bytes);
    assertThat(store.all()).extracting(KeptState::id).containsExactly("other", "third");
    store.close();
  }

  @Test
  void aStateTakesAsMuchAfterARestart() {
    StateStore store = store(capacity());
    long bytes = store.keep(session(1, 2, 3), "mine").bytes();
    store.close();
    StateStore again = store(capacity());
    assertThat(again.get("mine").bytes()).isEqualTo(bytes);
    assertThat(again.bytes()).isEqualTo(bytes);
    again.close();
  }

  @Test
  void aFileThatIsNoStateIsLeftOut() throws IOException {
    Files.createDirectories(directory.resolve("states"));
    Files.writeString(directory.resolve("states/x.safetensors"), "no state");
    StateStore store = store(capacity());
    assertThat(store.all()).isEmpty();
    try (Session session = session(1, 2)) {
      assertThatThrownBy(() -> store.keep(session, "x"))
          .hasMessageStartingWith("the id 'x' is taken by a file that is not a state");
    }
    assertThat(directory.resolve("states/x.safetensors")).hasContent("no state");
    store.close();
  }

  @Test
  void statesOfAnotherModelAreLeftOutAndNeverWrittenOver() throws IOException {
    StateStore store = store(capacity());
    store.keep(session(1, 2, 3), "mine");
    store.close();
    Path file = directory.resolve("states/mine.safetensors");
    byte[] before = Files.readAllBytes(file);

    Path other = Files.createDirectory(directory.resolve("other"));
    try (GssModel another = load(SEED + 1, other)) {
      StateStore theirs = store(another, capacity(), Runnable::run);
      assertThat(theirs.all()).isEmpty();
      Session session = another.session();
      session.read(4);
      assertThatThrownBy(() -> theirs.keep(session, "mine"))
          .isInstanceOf(IllegalArgumentException.class);
      theirs.keep(session, "yours");
      theirs.close();
    }
    assertThat(file).hasBinaryContent(before);
  }

  @Test
  void theTimeThatAnUnusedStateIsKeptBeginsWithTheServer() throws IOException {
    Capacity hour = capacity(Duration.ofHours(1));
    StateStore store = store(hour);
    store.keep(session(1, 2, 3), "mine");
    store.close();
    Path file = directory.resolve("states/mine.safetensors");
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(1))));

    StateStore again = store(hour);
    assertThat(again.all()).extracting(KeptState::id).containsExactly("mine");
    again.expire(Instant.now().plus(Duration.ofHours(2)));
    assertThat(again.all()).isEmpty();
    assertThat(file).doesNotExist();
    again.close();
  }
}
