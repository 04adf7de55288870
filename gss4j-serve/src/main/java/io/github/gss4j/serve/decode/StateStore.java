package io.github.gss4j.serve.decode;

import io.github.gss4j.GssModel;
import io.github.gss4j.checkpoint.CheckpointException;
import io.github.gss4j.checkpoint.Safetensors;
import io.github.gss4j.generation.Session;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * States that clients keep, within a quota, until they are deleted or nobody has used them for
 * long; in a directory too, if there is one, where a restart finds them. For the decode thread.
 */
public final class StateStore {
  private static final Logger LOG = LoggerFactory.getLogger(StateStore.class);
  private static final String SUFFIX = ".safetensors";

  private final GssModel model;
  private final StateSize size;
  private final long mostBytes;
  private final Duration life;
  private final Optional<Path> directory;
  private final Executor disk;
  private final Map<String, KeptState> states = new LinkedHashMap<>();

  /** Ids whose files are in the directory and are not this model's states. */
  private final Set<String> foreign = new TreeSet<>();

  private long bytes;

  /**
   * A store with what its directory has.
   *
   * @param disk where files are written and read
   */
  StateStore(GssModel model, StateSize size, Capacity capacity, Executor disk) {
    this.model = model;
    this.size = size;
    this.mostBytes = capacity.stateBytes();
    this.life = capacity.stateLife();
    this.directory = capacity.directory().map(d -> d.resolve("states"));
    this.disk = disk;
    directory.ifPresent(this::find);
  }

  private void find(Path states) {
    try {
      Files.createDirectories(states);
      try (Stream<Path> files = Files.list(states)) {
        for (Path file : files.filter(f -> f.toString().endsWith(SUFFIX)).sorted().toList()) {
          String name = file.getFileName().toString();
          findOne(file, name.substring(0, name.length() - SUFFIX.length()));
        }
      }
      if (!foreign.isEmpty()) {
        LOG.warn(
            "{}: {} files are left out, they are not states of this model", states, foreign.size());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(states + " cannot be used: " + e.getMessage(), e);
    }
  }

  private void findOne(Path file, String id) throws IOException {
    Map<String, String> metadata;
    long tokens;
    foreign.add(id);
    try {
      metadata = Safetensors.open(file).metadata();
      tokens =
          Long.parseLong(metadata.getOrDefault("tokens", "0"))
              + (metadata.getOrDefault("pending", "").isEmpty() ? 0 : 1);
    } catch (NumberFormatException e) {
      LOG.warn("a kept state is left out: {}: has no number of tokens: {}", file, e.getMessage());
      return;
    } catch (CheckpointException e) {
      LOG.warn("a kept state is left out: {}", e.getMessage());
      return;
    }
    if (!model.model().accepts(metadata.getOrDefault("fingerprint", ""))) {
      return; // another model's, in the same directory
    }
    foreign.remove(id);
    KeptState state =
        new KeptState(
            id,
            Files.getLastModifiedTime(file).toInstant(),
            tokens,
            size.of(tokens),
            Optional.of(file),
            null);
    state.stored(null);
    state.touch(Instant.now()); // when it was last used is not on disk
    states.put(state.id(), state);
    bytes += state.bytes();
  }

  /**
   * Keeps a state under a new id; the state is the store's from now on.
   *
   * @throws QuotaException if there is no room; the session is still the caller's then
   */
  KeptState keep(Session session) {
    return keep(session, Ids.next("state-"));
  }

  /**
   * Keeps a state in place of the one that has its id, if there is one; the state is the store's
   * from now on.
   *
   * @throws QuotaException if there is no room; the session is still the caller's then
   * @throws IllegalArgumentException if a file of that name is there that is not a state of this
   *     model
   */
  public KeptState keep(Session session, String id) {
    if (foreign.contains(id)) {
      throw new IllegalArgumentException(
          "the id '"
              + id
              + "' is taken by a file that is not a state of this model: choose another");
    }
    expire(Instant.now());
    KeptState before = states.get(id);
    long own = size.of(session.tokens());
    long others = bytes - (before == null ? 0 : before.bytes());
    if (others + own > mostBytes) {
      throw new QuotaException(own, others, mostBytes);
    }
    if (before != null) {
      forget(before); // its file stays until the new one is whole
    }
    KeptState state =
        new KeptState(
            id,
            Instant.now(),
            session.tokens(),
            own,
            directory.map(d -> d.resolve(id + SUFFIX)),
            session);
    states.put(id, state);
    bytes += state.bytes();
    state.file().ifPresent(file -> write(state, file, session.fork()));
    return state;
  }

  private void write(KeptState state, Path file, Session copy) {
    disk.execute(
        () -> {
          try (copy) {
            copy.save(file);
            state.stored(null);
          } catch (IOException | RuntimeException e) {
            state.stored(e);
          }
        });
  }

  /**
   * A state by its id.
   *
   * @throws UnknownStateException if there is none
   */
  public KeptState get(String id) {
    KeptState state = states.get(id);
    if (state == null || isExpired(state, Instant.now())) {
      throw new UnknownStateException(id);
    }
    return state;
  }

  /** A session of its own that continues from a state. */
  CompletableFuture<Session> fork(String id, Executor decodeThread) {
    KeptState state = get(id);
    state.touch(Instant.now());
    if (state.session().isPresent()) {
      return CompletableFuture.completedFuture(state.session().get().fork());
    }
    return CompletableFuture.supplyAsync(() -> model.session(state.file().orElseThrow()), disk)
        .thenApplyAsync(
            session -> {
              if (states.get(id) == state && state.session().isEmpty()) {
                state.loaded(session);
                return session.fork();
              }
              return session;
            },
            decodeThread);
  }

  /** All of them, the oldest first. */
  public List<KeptState> all() {
    expire(Instant.now());
    return List.copyOf(states.values());
  }

  /** How much memory they take. */
  long bytes() {
    return bytes;
  }

  /** Forgets one; those that have begun to continue from it do not notice. */
  public void delete(String id) {
    remove(get(id));
  }

  private void forget(KeptState state) {
    states.remove(state.id());
    bytes -= state.bytes();
    state.close();
  }

  private void remove(KeptState state) {
    forget(state);
    state.file().ifPresent(file -> disk.execute(() -> deleteFile(file)));
  }

  private static void deleteFile(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.warn("{} cannot be deleted: {}", file, e.getMessage());
    }
  }

  /** Forgets what nobody has used for long. */
  void expire(Instant now) {
    states.values().stream().filter(s -> isExpired(s, now)).toList().forEach(this::remove);
  }

  private boolean isExpired(KeptState state, Instant now) {
    return !life.isZero() && state.used().plus(life).isBefore(now);
  }

  void close() {
    states.values().forEach(KeptState::close);
    states.clear();
  }
}
