package io.github.gss4j.data.documents;

import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts rows without a document, and logs the first hundred. */
final class BrokenRows {
  private static final Logger LOG = LoggerFactory.getLogger(BrokenRows.class);
  private static final int NAMED = 100;

  private final AtomicLong rows = new AtomicLong();

  void row(DocumentShard shard, EncodedRow.Broken broken) {
    long count = rows.incrementAndGet();
    if (count <= NAMED) {
      LOG.warn("{}:{}: left out, it {}", shard.name(), broken.row(), broken.reason());
    }
    if (count == NAMED) {
      LOG.warn("further broken rows are counted, and no longer named");
    }
  }

  /** How many rows so far. */
  long count() {
    return rows.get();
  }

  /** Says of a document that its tokens may be others than in one piece. */
  void cut(DocumentShard shard, EncodedRow.Document document) {
    if (document.cuts() > 0) {
      LOG.warn(
          "{}:{}: cut in {} places, as it has no end within 64 kB that the tokenizer would cut at:"
              + " tokens there may differ from those of the whole text",
          shard.name(),
          document.row(),
          document.cuts());
    }
  }

  /** Says of a file without bytes that nothing is read of it. */
  void empty(DocumentShard shard) {
    LOG.warn("{}: has 0 bytes, there are no documents in it", shard.name());
  }

  void shard(DocumentShard shard, String reason) {
    LOG.warn("{}: {}; the rest of it is left out", shard.name(), reason);
  }
}
