package io.github.gss4j.data.documents;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The samples of a run, step after step, read ahead by a thread of its own while the run computes;
 * several more turn rows into tokens. The result does not depend on their timing.
 */
public final class SampleStream implements AutoCloseable {
  private static final int STEPS_AHEAD = 4;

  private final BlockingQueue<Read> steps = new ArrayBlockingQueue<>(STEPS_AHEAD);
  private final ExecutorService encoders;
  private final Thread reader;

  /** What the reader hands over. */
  private sealed interface Read {}

  /**
   * The samples of one step that are the process's own, and the stream's position after it.
   *
   * @param ids one sample after another, micro-batch after micro-batch
   * @param after the position between this step and the next
   */
  @SuppressWarnings("ArrayRecordComponent") // made once, never compared
  public record Step(long[] ids, StreamPosition after) implements Read {}

  private record Failed(Throwable cause) implements Read {}

  SampleStream(StreamedCorpus corpus, Slice slice, long seed, int threads, StreamPosition from) {
    this.encoders = Executors.newFixedThreadPool(threads, SampleStream::thread);
    this.reader = thread(() -> read(corpus, slice, seed, from));
    reader.start();
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "documents");
    thread.setDaemon(true);
    return thread;
  }

  /** Waits for the next step; what went wrong in reading it is thrown. */
  public Step next() {
    try {
      Read read = steps.take();
      if (read instanceof Failed failed) {
        steps.add(failed);
        if (failed.cause() instanceof RuntimeException problem) {
          throw problem;
        }
        throw new IllegalStateException("reading ended", failed.cause());
      }
      return (Step) read;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      CancellationException cancelled = new CancellationException("interrupted");
      cancelled.initCause(e);
      throw cancelled;
    }
  }

  private void read(StreamedCorpus corpus, Slice slice, long seed, StreamPosition from) {
    try (DocumentReader reading = corpus.reading(seed, encoders, from)) {
      ShuffleBuffer buffer =
          new ShuffleBuffer(reading, corpus.shuffleBuffer(), ShuffleBuffer.MOST_TOKENS, seed, from);
      Packing packing = new Packing(buffer, reading, from);
      while (true) {
        long[] ids = own(packing, slice);
        StreamPosition after =
            new StreamPosition(
                from.corpus(),
                reading.epoch(),
                reading.place(),
                reading.row(),
                buffer.drawn(),
                buffer.references(),
                packing.open(),
                packing.used(),
                packing.carry(),
                reading.brokenRows(),
                reading.brokenShards(),
                reading.cuts());
        steps.put(new Step(ids, after));
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      fail(e);
    }
  }

  private void fail(Throwable cause) {
    try {
      steps.put(new Failed(cause));
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private static long[] own(Packing packing, Slice slice) {
    int length = slice.seqLen() + 1;
    long[] ids = new long[slice.batch() * slice.accumulate() * length];
    long[] sample = new long[length];
    int own = 0;
    for (int i = 0; i < slice.samples(); i++) {
      packing.next(sample);
      if (slice.isOwn(i)) {
        System.arraycopy(sample, 0, ids, own++ * length, length);
      }
    }
    return ids;
  }

  /** Ends the reading. */
  @Override
  public void close() {
    reader.interrupt();
    encoders.shutdownNow();
    try {
      encoders.awaitTermination(10, TimeUnit.SECONDS);
      reader.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
