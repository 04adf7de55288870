package io.github.gss4j.serve.decode;

import io.github.gss4j.generation.Session;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What a model remembers of a text, under an id. Its memory belongs to the decode thread. */
public final class KeptState {
  private final String id;
  private final Instant created;
  private final long tokens;
  private final long bytes;
  private final Optional<Path> file;
  private final CompletableFuture<Void> stored = new CompletableFuture<>();

  /** Null where it lies on disk alone. */
  private Session session;

  private Instant used;

  KeptState(
      String id, Instant created, long tokens, long bytes, Optional<Path> file, Session session) {
    this.id = id;
    this.created = created;
    this.used = created;
    this.tokens = tokens;
    this.bytes = bytes;
    this.file = file;
    this.session = session;
    if (file.isEmpty()) {
      stored.complete(null);
    }
  }

  /** Its id. */
  public String id() {
    return id;
  }

  /** When it was made. */
  public Instant created() {
    return created;
  }

  /** How many tokens it holds. */
  public long tokens() {
    return tokens;
  }

  /** How much memory a state of so many tokens takes at most, wherever this one lies. */
  public long bytes() {
    return bytes;
  }

  /** Completed once it is on disk, or at once where there is no directory. */
  public CompletionStage<Void> stored() {
    return stored;
  }

  /** Completes {@link #stored()}: it is on disk, or it failed. */
  void stored(Throwable error) {
    if (error == null) {
      stored.complete(null);
    } else {
      stored.completeExceptionally(error);
    }
  }

  Optional<Path> file() {
    return file;
  }

  Instant used() {
    return used;
  }

  void touch(Instant now) {
    used = now;
  }

  Optional<Session> session() {
    return Optional.ofNullable(session);
  }

  void loaded(Session fromDisk) {
    session = fromDisk;
  }

  void close() {
    if (session != null) {
      session.close();
      session = null;
    }
  }
}
