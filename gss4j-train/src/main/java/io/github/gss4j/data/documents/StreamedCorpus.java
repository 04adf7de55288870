package io.github.gss4j.data.documents;

import io.github.gss4j.data.TokenStore;
import io.github.gss4j.data.TokenizerFacts;
import io.github.gss4j.data.TrainingText;
import io.github.gss4j.files.Digests;
import io.github.gss4j.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/**
 * Documents that are read during training: shards in a seeded order, shuffled among {@link
 * #shuffleBuffer}, packed to the sequence length.
 *
 * <p>There is one global order of samples, of which each process takes its {@link Slice}; it is a
 * function of the shards, the options and the seed alone. A {@link StreamPosition} continues
 * anywhere in it: what the buffer held is read again, which costs reading the shards that it lies
 * in, and encoding as many documents as it holds.
 */
public final class StreamedCorpus implements TrainingText {
  private final DocumentSource source;
  private final DocumentOptions options;
  private final int shuffleBuffer;
  private final Tokenizer tokenizer;
  private final TokenStore heldOut;
  private final String fingerprint;

  /**
   * Opens a stream and encodes its held-out documents, which are kept in the cache: of a share the
   * first million tokens, of validation shards all.
   *
   * @param validation shards that are held out, instead of a share of the source's
   * @param shuffleBuffer documents that are shuffled among
   * @param tokenizer stays open
   */
  public StreamedCorpus(
      DocumentSource source,
      Optional<DocumentSource> validation,
      DocumentOptions options,
      int shuffleBuffer,
      Tokenizer tokenizer,
      Path cache) {
    source.logLeftOut();
    validation.ifPresent(DocumentSource::logLeftOut);
    this.source = source;
    this.options = validation.isPresent() ? options.withHeldOut(0) : options;
    this.shuffleBuffer = shuffleBuffer;
    this.tokenizer = tokenizer;
    this.fingerprint = fingerprint(source, this.options, tokenizer);
    this.heldOut =
        validation.isPresent()
            ? HeldOutDocuments.all(validation.get(), options, tokenizer, cache)
            : HeldOutDocuments.first(source, options, tokenizer, cache);
  }

  /** Changes with the shards, the tokenizer and what is held out. */
  static String fingerprint(DocumentSource source, DocumentOptions options, Tokenizer tokenizer) {
    StringBuilder content = new StringBuilder();
    content
        .append(TokenizerFacts.of(tokenizer))
        .append('\n')
        .append(options.identity())
        .append('\n');
    source.shards().forEach(shard -> content.append(shard.identity()).append('\n'));
    return Digests.hex(content.toString());
  }

  /**
   * Begins to read.
   *
   * @param threads that encode
   * @param from where; nothing for the beginning
   * @throws IllegalArgumentException if the position is one of other documents
   */
  public SampleStream samples(Slice slice, long seed, int threads, Optional<StreamPosition> from) {
    StreamPosition position = from.orElseGet(() -> StreamPosition.begin(fingerprint));
    if (!position.corpus().equals(fingerprint)) {
      throw new IllegalArgumentException(
          "the checkpoint's position is in a stream of other documents, or read with another"
              + " tokenizer, text_field or held_out: continue with those, or begin a new run");
    }
    return new SampleStream(this, slice, seed, threads, position);
  }

  DocumentReader reading(long seed, ExecutorService threads, StreamPosition from) {
    List<DocumentShard> shards = source.shards();
    return new DocumentReader(shards, tokenizer, options, seed, threads, from);
  }

  int shuffleBuffer() {
    return shuffleBuffer;
  }

  /** Files beside the shards that are not read. */
  public long leftOutFiles() {
    return source.leftOut().count();
  }

  @Override
  public String name() {
    return source.name();
  }

  @Override
  public TokenStore heldOut() {
    return heldOut;
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public String size() {
    return String.format(
        Locale.ROOT,
        "a stream of %,d files, %,d tokens held out",
        source.shards().size(),
        heldOut.size());
  }

  @Override
  public void close() {
    heldOut.close();
  }
}
