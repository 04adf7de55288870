package io.github.gss4j.serve.decode;

import io.github.gss4j.GssModel;
import io.github.gss4j.generation.Session;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The prompts that are being read, in turns. Each continues what was read before: a state that a
 * client keeps, or the longest beginning that the cache knows. The decode thread's own.
 */
final class PromptQueue {
  private static final Logger LOG = LoggerFactory.getLogger(PromptQueue.class);

  private final DecodeLoop loop;
  private final GssModel model;
  private final Capacity capacity;
  private final PrefixCache cache;
  private final Optional<PrefixDisk> cacheOnDisk;
  private final Executor disk;
  private final Pace pace = new Pace();
  private final Deque<PendingPrompt> reading = new ArrayDeque<>();

  /**
   * An empty queue.
   *
   * @param disk reads and writes files
   */
  PromptQueue(DecodeLoop loop, GssModel model, Capacity capacity, Executor disk) {
    this.loop = loop;
    this.model = model;
    this.capacity = capacity;
    this.cache = new PrefixCache(capacity.cacheBytes());
    this.cacheOnDisk =
        capacity
            .directory()
            .map(
                d -> new PrefixDisk(model, d.resolve("prefixes"), capacity.directoryBytes(), disk));
    this.disk = disk;
  }

  /** Begins to read a job's prompt. */
  void add(Job job) {
    reading.add(new PendingPrompt(job, job.mayReuse() ? cache.shared(job.prompt()) : 0));
  }

  /** How much memory prompts take that were read before. */
  long cacheBytes() {
    return cache.bytes();
  }

  /** Forgets all that was read. */
  void clear() {
    reading.forEach(PendingPrompt::close);
    reading.clear();
    cache.clear();
  }

  /** Ends the jobs that have failed. */
  void dropFailed() {
    for (PendingPrompt one : reading) {
      if (one.job().failure() != null) {
        one.close();
        loop.end(one.job(), one.job().failure());
      }
    }
    reading.removeIf(one -> one.job().ended());
  }

  /** Reads prompts until the time is over; gives whether there was any that could be read. */
  boolean readSlice() {
    long begin = System.nanoTime();
    long end = begin + capacity.slice().toNanos();
    for (long now = begin; now < end; now = System.nanoTime()) {
      PendingPrompt one = nextReady();
      if (one == null) {
        return now > begin;
      }
      try {
        read(one, end - now);
      } catch (RuntimeException e) {
        drop(one, e);
      }
      if (!one.job().ended() && one.session() != null) {
        reading.add(one); // behind the others: prompts take turns
      }
      if (end - System.nanoTime() < capacity.slice().toNanos() / 3) {
        break; // what is left is too short to read many tokens at once
      }
    }
    return true;
  }

  private void drop(PendingPrompt one, RuntimeException error) {
    one.job().fail(error);
    one.close();
    loop.end(one.job(), error);
  }

  private PendingPrompt nextReady() {
    for (int i = reading.size(); i > 0; i--) {
      PendingPrompt one = reading.remove();
      try {
        if (isReady(one)) {
          return one;
        }
        reading.add(one);
      } catch (CompletionException e) {
        if (one.job().from().isEmpty()) {
          LOG.warn("a cached prompt cannot be used: {}", e.getCause().getMessage());
          one.startAgain();
          loop.wake(); // it is looked at again at once
          reading.add(one);
        } else {
          drop(one, e.getCause() instanceof RuntimeException cause ? cause : e);
        }
      } catch (RuntimeException e) {
        drop(one, e);
      }
    }
    return null;
  }

  private boolean isReady(PendingPrompt one) {
    if (one.job().failure() != null) {
      return false; // dropped in the next turn
    }
    if (!one.hasSource() && !one.follows() && !findLeader(one)) {
      findSource(one);
    }
    return one.isReady();
  }

  /** Whether somebody is about to read more of a prompt's beginning than is known so far. */
  private boolean findLeader(PendingPrompt one) {
    if (!one.job().mayReuse() || capacity.cacheBytes() == 0) {
      return false;
    }
    int known = cache.longest(one.prompt()).map(PrefixCache.Entry::length).orElse(0);
    for (PendingPrompt other : reading) {
      if (other != one && other.hasSource() && other.job().mayReuse()) {
        int common =
            Prefixes.common(
                one.prompt(), one.prompt().length, other.prompt(), other.prompt().length);
        int kept =
            common == other.prompt().length ? common : common / Prefixes.EVERY * Prefixes.EVERY;
        if (kept > Math.max(known, other.at())) {
          one.follow(other, kept);
          return true;
        }
      }
    }
    return false;
  }

  private void findSource(PendingPrompt one) {
    Job job = one.job();
    if (job.from().isPresent()) {
      one.continueFrom(loop.states().fork(job.from().get(), loop::execute), 0);
      return;
    }
    if (job.mayReuse()) {
      Optional<PrefixCache.Entry> known = cache.longest(job.prompt());
      int length = known.map(PrefixCache.Entry::length).orElse(0);
      Optional<PrefixDisk.Found> file = cacheOnDisk.flatMap(d -> d.longest(job.prompt(), length));
      if (file.isPresent()) {
        one.continueFrom(fromDisk(file.get()), file.get().length());
        return;
      } else if (known.isPresent()) {
        one.continueFrom(CompletableFuture.completedFuture(known.get().fork()), length);
        return;
      }
    }
    one.continueFrom(CompletableFuture.completedFuture(model.session()), 0);
  }

  private CompletableFuture<Session> fromDisk(PrefixDisk.Found file) {
    CompletableFuture<Session> session =
        CompletableFuture.supplyAsync(() -> cacheOnDisk.orElseThrow().load(file), disk);
    CompletionStage<Session> there = session;
    there.whenComplete((loaded, error) -> loop.wake());
    return session;
  }

  private void read(PendingPrompt one, long nanos) {
    if (one.at() < one.prompt().length) {
      long begin = System.nanoTime();
      int tokens = one.readSome(pace.tokens(nanos));
      pace.note(tokens, System.nanoTime() - begin);
      loop.meters().read(tokens);
    }
    boolean whole = one.at() == one.prompt().length;
    if (one.job().mayReuse() && one.isWorthKeeping()) {
      keep(one);
    }
    if (whole) {
      loop.meters().prompt(one.prompt().length, one.cachedTokens());
      one.job().begin(one.take(), one.cachedTokens(), loop);
    }
  }

  private void keep(PendingPrompt one) {
    int length = one.at();
    if (capacity.cacheBytes() > 0 && !cache.has(one.prompt(), length)) {
      cache.put(one.prompt(), length, one.session().fork());
    }
    if (cacheOnDisk.isPresent() && length > one.cachedTokens() && cacheOnDisk.get().hasTime()) {
      cacheOnDisk.get().put(one.prompt(), length, one.session().fork());
    }
  }
}
