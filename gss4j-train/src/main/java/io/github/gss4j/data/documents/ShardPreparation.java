package io.github.gss4j.data.documents;

import io.github.gss4j.data.DataException;
import io.github.gss4j.data.Manifests;
import io.github.gss4j.data.TokenFile;
import io.github.gss4j.data.TokenWriter;
import io.github.gss4j.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.BiConsumer;

/**
 * Encodes one shard into {@code NNNNN.train.bin} and {@code NNNNN.held_out.bin}; the {@code
 * NNNNN.json} that is written last says that both are whole.
 *
 * @param number of the shard
 * @param shard to encode
 * @param encoder its tokens
 * @param home of the files
 */
record ShardPreparation(int number, DocumentShard shard, RowEncoder encoder, Path home) {
  private String file(String end) {
    return String.format(Locale.ROOT, "%05d.%s", number, end);
  }

  private Path done() {
    return home.resolve(file("json"));
  }

  /** What it was encoded to, if that is done. */
  Optional<ShardFacts> finished() {
    int vocabulary = encoder.tokenizer().size();
    return Manifests.read(done(), ShardFacts.class)
        .filter(f -> f.train().isWhole(home, vocabulary) && f.heldOut().isWhole(home, vocabulary));
  }

  /** Forgets the mark of one shard, once the corpus has its own. */
  void forget() throws IOException {
    Files.deleteIfExists(done());
  }

  /**
   * Encodes it.
   *
   * @param progress is told the share done and the documents so far
   */
  ShardFacts run(ExecutorService threads, BrokenRows broken, BiConsumer<Double, Long> progress) {
    Tokenizer tokenizer = encoder.tokenizer();
    Path train = home.resolve(file("train.bin.writing"));
    Path heldOut = home.resolve(file("held_out.bin.writing"));
    long brokenBefore = broken.count();
    long documents = 0;
    long heldOutDocuments = 0;
    long bytes = 0;
    long heldOutBytes = 0;
    long cuts = 0;
    try (TokenWriter trainOut = new TokenWriter(train, tokenizer.size());
        TokenWriter heldOutOut = new TokenWriter(heldOut, tokenizer.size(), true);
        ShardRows rows = new ShardRows(shard, encoder, threads, row -> true)) {
      while (true) {
        Optional<EncodedRow> next = rows.next();
        if (next.isEmpty()) {
          break;
        }
        if (next.get() instanceof EncodedRow.Document document) {
          document.write(document.heldOut() ? heldOutOut : trainOut);
          broken.cut(shard, document);
          cuts += document.cuts();
          documents++;
          heldOutDocuments += document.heldOut() ? 1 : 0;
          bytes += document.bytes();
          heldOutBytes += document.heldOut() ? document.bytes() : 0;
        } else if (next.get() instanceof EncodedRow.Broken row) {
          broken.row(shard, row);
        }
        progress.accept(rows.progress(), documents);
      }
      if (rows.isEmpty()) {
        broken.empty(shard);
      }
      rows.broken().ifPresent(reason -> broken.shard(shard, reason));
      TokenFile trainFile = trainOut.finish(file("train.bin"));
      TokenFile heldOutFile = heldOutOut.finish(file("held_out.bin"));
      Files.move(train, home.resolve(trainFile.file()), StandardCopyOption.ATOMIC_MOVE);
      Path heldOutPlace = home.resolve(heldOutFile.file());
      Files.move(
          TokenFile.counts(heldOut),
          TokenFile.counts(heldOutPlace),
          StandardCopyOption.ATOMIC_MOVE);
      Files.move(heldOut, heldOutPlace, StandardCopyOption.ATOMIC_MOVE);
      ShardFacts facts =
          new ShardFacts(
              shard.name(),
              documents,
              heldOutDocuments,
              bytes,
              heldOutBytes,
              broken.count() - brokenBefore,
              rows.broken().orElse(""),
              trainFile,
              heldOutFile,
              cuts,
              0);
      Manifests.write(done(), facts);
      return facts;
    } catch (IOException e) {
      throw DataException.of(home, "cannot be written", e);
    }
  }
}
