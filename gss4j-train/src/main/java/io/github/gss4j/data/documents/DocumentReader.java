package io.github.gss4j.data.documents;

import io.github.gss4j.data.DataException;
import io.github.gss4j.data.Permutation;
import io.github.gss4j.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;

/**
 * Reads the documents of an epoch, what is held out left out: the shards in an order that the seed
 * and the epoch choose, each from its first row to its last. Not thread-safe.
 */
final class DocumentReader implements AutoCloseable {
  private final List<DocumentShard> shards;
  private final RowEncoder encoder;
  private final long seed;
  private final ExecutorService threads;
  private final BrokenRows broken = new BrokenRows();
  private long epoch;
  private int place;
  private long row;
  private long brokenRows;
  private long brokenShards;
  private long cuts;
  private ShardRows rows;

  DocumentReader(
      List<DocumentShard> shards,
      Tokenizer tokenizer,
      DocumentOptions options,
      long seed,
      ExecutorService threads,
      StreamPosition from) {
    this.shards = shards;
    this.encoder = new RowEncoder(tokenizer, options, true, false);
    this.seed = seed;
    this.threads = threads;
    this.epoch = from.epoch();
    this.place = from.place();
    this.row = from.row();
    this.brokenRows = from.brokenRows();
    this.brokenShards = from.brokenShards();
    this.cuts = from.cuts();
  }

  /** Which shard is the one at a place of the epoch's order. */
  private int shardAt(int where) {
    long key = Permutation.mix(Permutation.mix(seed) + epoch);
    return (int) new Permutation(shards.size(), key).at(where);
  }

  /** The next document of this epoch, nothing after its last. */
  Optional<StreamedDocument> next() {
    while (place < shards.size()) {
      int shard = shardAt(place);
      if (rows == null) {
        long done = row;
        rows = new ShardRows(shards.get(shard), encoder, threads, number -> number > done);
      }
      Optional<EncodedRow> next = rows.next();
      if (next.isEmpty()) {
        endShard(shards.get(shard));
      } else {
        row = next.get().row();
        if (next.get() instanceof EncodedRow.Broken nothing) {
          count(shards.get(shard), nothing);
        } else if (next.get() instanceof EncodedRow.Document document
            && !document.heldOut()
            && !document.ids().isEmpty()) {
          if (epoch == 0) {
            broken.cut(shards.get(shard), document);
            cuts += document.cuts();
          }
          return Optional.of(new StreamedDocument(shard, row, document.joined()));
        }
      }
    }
    return Optional.empty();
  }

  private void count(DocumentShard shard, EncodedRow.Broken nothing) {
    if (epoch == 0) {
      broken.row(shard, nothing);
      brokenRows++;
    }
  }

  private void endShard(DocumentShard shard) {
    Optional<String> reason = rows.broken();
    if (epoch == 0 && reason.isPresent()) {
      broken.shard(shard, reason.get());
      brokenShards++;
    }
    if (epoch == 0 && rows.isEmpty()) {
      broken.empty(shard);
    }
    close();
    place++;
    row = 0;
  }

  /** Begins the next epoch. */
  void nextEpoch() {
    epoch++;
    place = 0;
    row = 0;
  }

  /**
   * Reads documents again that were read before.
   *
   * @param references shard and row of each
   * @return in the same order
   */
  List<StreamedDocument> again(List<Long> references) {
    Map<Integer, NavigableSet<Long>> wanted = new TreeMap<>();
    for (int i = 0; i < references.size(); i += 2) {
      int shard = checkedShard(references.get(i));
      wanted.computeIfAbsent(shard, s -> new TreeSet<>()).add(references.get(i + 1));
    }
    Map<List<Long>, StreamedDocument> found = new HashMap<>();
    wanted.forEach((shard, numbers) -> again(shard, numbers, found));
    List<StreamedDocument> documents = new ArrayList<>();
    for (int i = 0; i < references.size(); i += 2) {
      documents.add(found.get(references.subList(i, i + 2)));
    }
    return documents;
  }

  private int checkedShard(long shard) {
    if (shard < 0 || shard >= shards.size()) {
      throw new IllegalArgumentException("the position in the stream is damaged: shard " + shard);
    }
    return (int) shard;
  }

  private void again(
      int shard, NavigableSet<Long> numbers, Map<List<Long>, StreamedDocument> found) {
    Collection<Long> missing = new TreeSet<>(numbers);
    try (ShardRows again = new ShardRows(shards.get(shard), encoder, threads, numbers::contains)) {
      while (!missing.isEmpty()) {
        Optional<EncodedRow> next = again.next();
        if (next.isEmpty()) {
          break;
        }
        if (next.get() instanceof EncodedRow.Document document && !document.heldOut()) {
          StreamedDocument read = new StreamedDocument(shard, document.row(), document.joined());
          found.put(read.reference(), read);
          missing.remove(document.row());
        }
      }
    }
    if (!missing.isEmpty()) {
      throw new DataException(
          shards.get(shard).name()
              + ": row "
              + missing.iterator().next()
              + " is no longer the document that it was: continue with the files that the run began"
              + " with");
    }
  }

  long epoch() {
    return epoch;
  }

  int place() {
    return place;
  }

  long row() {
    return row;
  }

  long brokenRows() {
    return brokenRows;
  }

  long brokenShards() {
    return brokenShards;
  }

  long cuts() {
    return cuts;
  }

  @Override
  public void close() {
    if (rows != null) {
      rows.close();
      rows = null;
    }
  }
}
