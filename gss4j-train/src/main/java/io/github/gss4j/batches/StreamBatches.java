package io.github.gss4j.batches;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.data.documents.SampleStream;
import io.github.gss4j.data.documents.Slice;
import io.github.gss4j.data.documents.StreamPosition;
import io.github.gss4j.data.documents.StreamedCorpus;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.tracking.MetricLine;
import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * The micro-batches of a stream of documents. Steps are asked for in order; each may be repeated.
 */
final class StreamBatches implements BatchSource {
  private static final int MOST_THREADS = 4;

  private final StreamedCorpus corpus;
  private final Slice slice;
  private final long seed;
  private Optional<StreamPosition> from = Optional.empty();
  private SampleStream stream;
  private SampleStream.Step current;
  private long step;

  StreamBatches(StreamedCorpus corpus, TrainConfig config, int rank, int worldSize) {
    this.corpus = corpus;
    this.slice =
        new Slice(
            rank,
            worldSize,
            config.batch().size(),
            config.batch().accumulate(),
            config.batch().seqLen());
    this.seed = config.seed();
  }

  @Override
  public Tensor ids(long wanted, int micro) {
    if (stream == null) {
      begin(wanted);
    }
    if (wanted != step || current == null) {
      if (wanted != step + 1) {
        throw new IllegalStateException(
            "step " + wanted + " was asked for after step " + step + ", a stream has no other way");
      }
      current = stream.next();
      step = wanted;
    }
    int count = slice.batch() * (slice.seqLen() + 1);
    long[] ids = Arrays.copyOfRange(current.ids(), micro * count, (micro + 1) * count);
    return Tensors.of(ids, slice.batch(), slice.seqLen() + 1);
  }

  private void begin(long first) {
    if (first > 1 && from.isEmpty()) {
      throw new IllegalArgumentException(
          "the checkpoint keeps no position in the stream, as its text was none: continue without"
              + " --stream");
    }
    int threads = Math.max(1, Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors()));
    stream = corpus.samples(slice, seed, threads, from);
    step = first - 1;
  }

  @Override
  public Optional<JsonNode> position() {
    return (current == null ? from : Optional.of(current.after())).map(StreamPosition::toJson);
  }

  @Override
  public void seek(JsonNode position) {
    from = Optional.of(StreamPosition.from(position));
  }

  @Override
  public Optional<MetricLine.SkippedData> leftOut() {
    return (current == null ? from : Optional.of(current.after()))
        .map(
            at ->
                new MetricLine.SkippedData(
                    at.brokenRows(), at.brokenShards(), corpus.leftOutFiles(), at.cuts()));
  }

  @Override
  public void close() {
    if (stream != null) {
      stream.close();
    }
  }
}
