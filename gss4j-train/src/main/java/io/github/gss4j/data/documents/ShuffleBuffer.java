package io.github.gss4j.data.documents;

import io.github.gss4j.data.DataException;
import io.github.gss4j.data.Permutation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Documents in a shuffled order: each is drawn at random from those in the buffer, which the
 * reading fills up again to a number of documents, or of tokens where they are long; at the end of
 * an epoch the buffer is drawn empty, so every epoch has every document once. The draw is a
 * function of seed, epoch and number.
 */
final class ShuffleBuffer {
  /** 256 MB of ids; another number would shuffle long documents otherwise. */
  static final long MOST_TOKENS = 1 << 26;

  private final DocumentReader reading;
  private final int capacity;
  private final long mostTokens;
  private final long seed;
  private final List<StreamedDocument> buffer;
  private long tokens;
  private long drawn;
  private boolean hadAny;

  ShuffleBuffer(
      DocumentReader reading, int capacity, long mostTokens, long seed, StreamPosition from) {
    this.reading = reading;
    this.capacity = capacity;
    this.mostTokens = mostTokens;
    this.seed = seed;
    this.drawn = from.drawn();
    this.hadAny = from.drawn() > 0;
    this.buffer = new ArrayList<>(reading.again(from.buffer()));
    this.tokens = buffer.stream().mapToLong(document -> document.ids().length).sum();
  }

  /** Draws the next document, without end. */
  StreamedDocument next() {
    fill();
    if (buffer.isEmpty()) {
      if (!hadAny) {
        throw new DataException("the stream has no documents to train on, expected at least one");
      }
      reading.nextEpoch();
      drawn = 0;
      hadAny = false;
      fill();
      if (buffer.isEmpty()) {
        throw new DataException("the stream has no documents any more: its files were changed");
      }
    }
    long key = Permutation.mix(Permutation.mix(~seed) + reading.epoch());
    int index = (int) Long.remainderUnsigned(Permutation.mix(key + drawn), buffer.size());
    drawn++;
    hadAny = true;
    StreamedDocument document = buffer.get(index);
    tokens -= document.ids().length;
    StreamedDocument last = buffer.remove(buffer.size() - 1);
    if (index < buffer.size()) {
      buffer.set(index, last);
    }
    return document;
  }

  private void fill() {
    while (buffer.size() < capacity && tokens < mostTokens) {
      Optional<StreamedDocument> next = reading.next();
      if (next.isEmpty()) {
        return;
      }
      buffer.add(next.get());
      tokens += next.get().ids().length;
    }
  }

  long drawn() {
    return drawn;
  }

  /** Shard and row of each document in it. */
  List<Long> references() {
    List<Long> references = new ArrayList<>(2 * buffer.size());
    for (StreamedDocument document : buffer) {
      references.addAll(document.reference());
    }
    return references;
  }
}
