package io.github.gss4j.data.documents;

import io.github.gss4j.data.DataException;
import io.github.gss4j.data.OrderedExecutor;
import io.github.gss4j.files.LfsPointer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.LongPredicate;

/** The rows of a shard, encoded ahead by several threads, in the order of the shard. */
final class ShardRows implements AutoCloseable {
  private static final int AHEAD = 128;

  /** Of rows that are encoded or wait to be taken; one row at least. */
  private static final long MOST_BYTES_AHEAD = 1 << 25;

  private final DocumentShard shard;
  private final RowEncoder encoder;
  private final LongPredicate wanted;
  private final RowReader reader;
  private final OrderedExecutor<EncodedRow> work;
  private final Deque<Long> bytesAhead = new ArrayDeque<>();
  private long sumAhead;
  private long read;
  private long taken;
  private boolean empty;
  private boolean ended;
  private Optional<String> broken = Optional.empty();

  /**
   * Opens a shard.
   *
   * @param wanted which rows, by number; others are skipped unparsed
   */
  ShardRows(
      DocumentShard shard, RowEncoder encoder, ExecutorService threads, LongPredicate wanted) {
    this.shard = shard;
    this.encoder = encoder;
    this.wanted = wanted;
    this.work = new OrderedExecutor<>(threads, AHEAD);
    this.reader = open();
  }

  private RowReader open() {
    DocumentFormat format =
        DocumentFormat.of(shard.name())
            .orElseThrow(() -> new DataException(shard.name() + ": is not a file of documents"));
    Path file = shard.file();
    if (LfsPointer.is(file)) {
      throw new DataException(shard.name() + ": " + LfsPointer.MESSAGE);
    }
    try {
      if (Files.size(file) == 0) {
        empty = true;
        return new LineReader(InputStream.nullInputStream(), "", null, 0);
      }
      return format.open(shard.file(), encoder.options());
    } catch (IOException e) {
      breakOff(e);
      return null;
    }
  }

  /**
   * The next row.
   *
   * @throws DataException if the shard is broken here, unless that is to be skipped
   */
  Optional<EncodedRow> next() {
    try {
      while (!ended && !work.isFull() && sumAhead < MOST_BYTES_AHEAD) {
        readOne();
      }
      if (work.isEmpty()) {
        return Optional.empty();
      }
      sumAhead -= bytesAhead.remove();
      EncodedRow next = work.take();
      taken = next.row();
      return Optional.of(next);
    } catch (OutOfMemoryError e) {
      throw new DataException(
          "%s: a row after row %d does not fit into memory (%s): rows are held whole, give Java more"
                  .formatted(shard.name(), taken, e.getMessage())
              + " (GSS_JAVA_OPTS=-Xmx4g)",
          e);
    }
  }

  private void readOne() {
    try {
      Optional<Row> row = reader.next();
      if (row.isEmpty()) {
        ended = true;
      } else {
        read = row.get().number();
        if (wanted.test(read)) {
          work.add(() -> encoder.encode(row.get()));
          bytesAhead.add(row.get().bytes());
          sumAhead += row.get().bytes();
        }
      }
    } catch (IOException e) {
      breakOff(e);
    }
  }

  private void breakOff(IOException e) {
    String reason = DataException.reason(e);
    if (Thread.currentThread().isInterrupted() || !encoder.options().skipBroken()) {
      String where =
          shard instanceof DocumentShard.OnDisk ? "" : " (it lies in " + shard.file() + ")";
      throw new DataException(
          shard.name()
              + ": is broken after row "
              + read
              + " ("
              + reason
              + "): download it again"
              + where
              + ", or leave out what comes after a break with --skip-broken",
          e);
    }
    broken = Optional.of("broken after row " + read + ": " + reason);
    ended = true;
  }

  /** Where and why the shard broke off, if it has come to that. */
  Optional<String> broken() {
    return broken;
  }

  /** Whether the file has no bytes at all, as parts that a job left empty: no documents then. */
  boolean isEmpty() {
    return empty;
  }

  /** The share of the shard that was read. */
  double progress() {
    return reader == null ? 1 : reader.progress();
  }

  @Override
  public void close() {
    work.close();
    if (reader != null) {
      try {
        reader.close();
      } catch (IOException e) {
        throw new DataException(shard.name() + ": cannot be closed: " + e.getMessage(), e);
      }
    }
  }
}
