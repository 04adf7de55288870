package io.github.gss4j.data.documents;

import io.github.gss4j.data.AtomicDirectory;
import io.github.gss4j.data.DataException;
import io.github.gss4j.data.Manifests;
import io.github.gss4j.data.TokenFile;
import io.github.gss4j.data.TokenStore;
import io.github.gss4j.data.TokenWriter;
import io.github.gss4j.files.Digests;
import io.github.gss4j.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * What of a stream is never trained on, as tokens in the cache.
 *
 * @param format of this manifest
 * @param vocabulary of the ids
 * @param tokens the ids
 * @param brokenRows rows among those read that hold no document
 * @param brokenShards files among those read whose ends were left out
 */
record HeldOutDocuments(
    int format, int vocabulary, TokenFile tokens, long brokenRows, long brokenShards) {
  private static final int FORMAT = 3;
  private static final String MANIFEST = "held_out.json";

  /** As much of a share as is kept for evaluations, to the end of a document. */
  static final long MOST_TOKENS = 1_000_000;

  /** The first documents of a share, in the order of the shards. */
  static TokenStore first(
      DocumentSource source, DocumentOptions options, Tokenizer tokenizer, Path cache) {
    return open(source, options, MOST_TOKENS, tokenizer, cache);
  }

  /** All documents of validation shards. */
  static TokenStore all(
      DocumentSource source, DocumentOptions options, Tokenizer tokenizer, Path cache) {
    return open(source, options.withHeldOut(1), Long.MAX_VALUE, tokenizer, cache);
  }

  private static TokenStore open(
      DocumentSource source, DocumentOptions options, long most, Tokenizer tokenizer, Path cache) {
    String content = StreamedCorpus.fingerprint(source, options, tokenizer);
    Path home = cache.resolve("held-out-" + Digests.hex(FORMAT + content + most).substring(0, 16));
    HeldOutDocuments held =
        ofWhole(home)
            .orElseGet(
                () ->
                    AtomicDirectory.make(
                        home,
                        HeldOutDocuments::ofWhole,
                        aside -> write(source, options, most, tokenizer, aside)));
    return held.tokens.open(home, held.vocabulary);
  }

  private static Optional<HeldOutDocuments> ofWhole(Path home) {
    return Manifests.read(home.resolve(MANIFEST), HeldOutDocuments.class)
        .filter(h -> h.format == FORMAT && h.tokens.isWhole(home, h.vocabulary));
  }

  private static HeldOutDocuments write(
      DocumentSource source, DocumentOptions options, long most, Tokenizer tokenizer, Path home)
      throws IOException {
    ExecutorService threads =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    RowEncoder encoder = new RowEncoder(tokenizer, options, false, true);
    BrokenRows broken = new BrokenRows();
    long brokenShards = 0;
    String file = "tokens.bin";
    try (TokenWriter out = new TokenWriter(home.resolve(file), tokenizer.size(), true)) {
      for (DocumentShard shard : source.shards()) {
        if (out.tokens() < most) {
          brokenShards += append(shard, encoder, most, threads, out, broken) ? 1 : 0;
        }
      }
      if (out.tokens() == 0) {
        throw new DataException(
            source.name()
                + ": no document is held out at a share of "
                + options.heldOut()
                + ": give a larger --held-out, or --validation");
      }
      HeldOutDocuments held =
          new HeldOutDocuments(
              FORMAT, tokenizer.size(), out.finish(file), broken.count(), brokenShards);
      Manifests.write(home.resolve(MANIFEST), held);
      return held;
    } finally {
      threads.shutdownNow();
    }
  }

  /** Whether the shard broke off. */
  private static boolean append(
      DocumentShard shard,
      RowEncoder encoder,
      long most,
      ExecutorService threads,
      TokenWriter out,
      BrokenRows broken) {
    try (ShardRows rows = new ShardRows(shard, encoder, threads, row -> true)) {
      while (out.tokens() < most) {
        Optional<EncodedRow> next = rows.next();
        if (next.isEmpty()) {
          break;
        }
        if (next.get() instanceof EncodedRow.Document document) {
          document.write(out);
          broken.cut(shard, document);
        } else if (next.get() instanceof EncodedRow.Broken row) {
          broken.row(shard, row);
        }
      }
      rows.broken().ifPresent(reason -> broken.shard(shard, reason));
      return rows.broken().isPresent();
    }
  }
}
