package io.github.gss4j.serve.decode;

import io.github.gss4j.generation.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * States of prompts that were read, and of their beginnings: what is longest unused goes first. For
 * the decode thread.
 */
final class PrefixCache {
  private final long mostBytes;
  private final List<Entry> entries = new ArrayList<>();
  private long bytes;
  private long clock;

  /** A state that has read the first tokens of a prompt. */
  static final class Entry {
    private final int[] ids;
    private final int length;
    private final Session session;
    private final long bytes;
    private long used;

    private Entry(int[] ids, int length, Session session, long bytes) {
      this.ids = ids;
      this.length = length;
      this.session = session;
      this.bytes = bytes;
    }

    int length() {
      return length;
    }

    Session fork() {
      return session.fork();
    }
  }

  PrefixCache(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** How much memory it takes. */
  long bytes() {
    return bytes;
  }

  /** The state that has read most of a prompt and nothing else. */
  Optional<Entry> longest(int[] ids) {
    Optional<Entry> best =
        entries.stream()
            .filter(entry -> common(entry, ids) == entry.length)
            .max(Comparator.comparingInt(entry -> entry.length));
    best.ifPresent(entry -> entry.used = ++clock);
    return best;
  }

  /** How many of a prompt's first tokens some prompt that was read has too. */
  int shared(int[] ids) {
    return entries.stream().mapToInt(entry -> common(entry, ids)).max().orElse(0);
  }

  private static int common(Entry entry, int[] ids) {
    return Prefixes.common(entry.ids, entry.length, ids, ids.length);
  }

  boolean has(int[] ids, int length) {
    return entries.stream()
        .anyMatch(e -> e.length == length && Arrays.equals(e.ids, 0, length, ids, 0, length));
  }

  /**
   * Keeps a state, which is the cache's from now on; others go where there is no room.
   *
   * @param ids a prompt, not changed from now on
   * @param length how many of its tokens the state has read
   */
  void put(int[] ids, int length, Session session) {
    long size = session.bytes() + (long) length * Integer.BYTES;
    if (size > mostBytes || has(ids, length)) {
      session.close();
      return;
    }
    Entry entry = new Entry(ids, length, session, size);
    entry.used = ++clock;
    entries.add(entry);
    bytes += size;
    keepOnePromptFromFillingIt(ids);
    while (bytes > mostBytes) {
      evict(Comparator.comparingLong(e -> e.used), entries);
    }
  }

  private void keepOnePromptFromFillingIt(int[] ids) {
    List<Entry> own = new ArrayList<>(entries.stream().filter(e -> e.ids == ids).toList());
    long sum = own.stream().mapToLong(e -> e.bytes).sum();
    while (sum > mostBytes / 2 && own.size() > 1) {
      Entry shortest = evict(Comparator.comparingInt(e -> e.length), own);
      own.remove(shortest);
      sum -= shortest.bytes;
    }
  }

  private Entry evict(Comparator<Entry> first, List<Entry> among) {
    Entry entry = among.stream().min(first).orElseThrow();
    entries.remove(entry);
    bytes -= entry.bytes;
    entry.session.close();
    return entry;
  }

  /** Forgets all. */
  void clear() {
    entries.forEach(entry -> entry.session.close());
    entries.clear();
    bytes = 0;
  }
}
