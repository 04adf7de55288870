package io.github.gss4j.data.documents;

import io.github.gss4j.data.Corpus;
import io.github.gss4j.data.DataException;
import io.github.gss4j.data.EncodedText;
import io.github.gss4j.data.Manifests;
import io.github.gss4j.data.TokenStore;
import io.github.gss4j.data.TokenizerFacts;
import io.github.gss4j.files.Digests;
import io.github.gss4j.files.ProcessLocks;
import io.github.gss4j.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Encodes a corpus into a directory that {@link PreparedCorpus} opens. The result depends on the
 * corpus and the settings, never on the number of threads. A preparation that was killed continues
 * with the first shard that is not done.
 *
 * @param tokenizer whose ids are wanted
 * @param threads that encode
 * @param home the directory
 * @param listener is told how far it has come
 */
public record Preparation(Tokenizer tokenizer, int threads, Path home, Listener listener) {
  private static final String PLAN = "plan.json";

  /** Changes where files are read otherwise than before, so that a cache is created again. */
  private static final String READING = "2\n";

  /** Is told how far a preparation has come. */
  @FunctionalInterface
  public interface Listener {
    /**
     * Some documents are done.
     *
     * @param shards how many are done, a share of one too
     * @param of how many there are
     * @param documents of this call so far
     */
    void at(double shards, int of, long documents);
  }

  /** Checks the threads. */
  public Preparation {
    if (threads < 1) {
      throw new IllegalArgumentException("threads is " + threads + ", expected at least 1");
    }
  }

  /** What a directory is for. */
  record Plan(int format, String name, String digest) {}

  /** The content of a directory in the making. */
  @FunctionalInterface
  private interface Content {
    List<ShardFacts> make() throws IOException;
  }

  /**
   * Encodes documents.
   *
   * @param validation shards that are held out whole, instead of a share of the source's
   * @throws DataException if the directory holds something else, or a shard cannot be read
   */
  public PreparedCorpus documents(
      DocumentSource source, Optional<DocumentSource> validation, DocumentOptions options) {
    source.logLeftOut();
    validation.ifPresent(DocumentSource::logLeftOut);
    DocumentOptions ofSource = validation.isPresent() ? options.withHeldOut(0) : options;
    List<ShardPreparation> shards = new ArrayList<>();
    StringBuilder plan = new StringBuilder();
    add(source, new RowEncoder(tokenizer, ofSource, true, true), shards, plan);
    RowEncoder whole = new RowEncoder(tokenizer, options.withHeldOut(1), true, true);
    validation.ifPresent(held -> add(held, whole, shards, plan));
    return prepare(
        source.name(),
        plan.toString(),
        () -> encode(shards),
        shards,
        Stream.concat(Stream.of(source), validation.stream())
            .map(of -> of.leftOut().toString())
            .filter(words -> !words.isEmpty())
            .collect(Collectors.joining(", ")));
  }

  /** Changes with all that decides the content of a preparation of documents. */
  public static String key(
      DocumentSource source,
      Optional<DocumentSource> validation,
      DocumentOptions options,
      Tokenizer tokenizer) {
    String held = validation.map(v -> StreamedCorpus.fingerprint(v, options, tokenizer)).orElse("");
    return Digests.hex(READING + StreamedCorpus.fingerprint(source, options, tokenizer) + held);
  }

  private void add(
      DocumentSource source, RowEncoder encoder, List<ShardPreparation> to, StringBuilder plan) {
    plan.append(encoder.options().identity()).append('\n');
    for (DocumentShard shard : source.shards()) {
      plan.append(shard.identity()).append('\n');
      to.add(new ShardPreparation(to.size(), shard, encoder, home));
    }
  }

  private List<ShardFacts> encode(List<ShardPreparation> shards) {
    BrokenRows broken = new BrokenRows();
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    long documents = 0;
    List<ShardFacts> facts = new ArrayList<>();
    try {
      for (ShardPreparation shard : shards) {
        Optional<ShardFacts> finished = shard.finished();
        long before = documents;
        facts.add(
            finished.orElseGet(
                () ->
                    shard.run(
                        workers,
                        broken,
                        (share, here) ->
                            listener.at(shard.number() + share, shards.size(), before + here))));
        documents += finished.isPresent() ? 0 : facts.get(facts.size() - 1).documents();
        listener.at(shard.number() + 1, shards.size(), documents);
      }
      return facts;
    } finally {
      workers.shutdownNow();
    }
  }

  /**
   * Encodes plain text, a file per document; held out is what the corpus holds out.
   *
   * @param text one token a byte; closed here
   */
  public PreparedCorpus text(Corpus text) {
    try (text) {
      String plan = text.train().fingerprint() + "\n" + text.heldOut().fingerprint();
      return prepare(text.name(), plan, () -> List.of(encode(text)), List.of(), text.leftOut());
    }
  }

  private ShardFacts encode(Corpus text) throws IOException {
    TokenStore train = text.train();
    TokenStore held = text.heldOut();
    EncodedText.Written trained =
        EncodedText.encode(train, tokenizer, threads, home.resolve("00000.train.bin"), false);
    listener.at(1 - (double) held.size() / (train.size() + held.size()), 1, documents(train));
    EncodedText.Written heldOut =
        EncodedText.encode(held, tokenizer, threads, home.resolve("00000.held_out.bin"), true);
    long all = documents(train) + documents(held);
    listener.at(1, 1, all);
    long bytes = train.size() + held.size();
    return new ShardFacts(
        text.name(),
        all,
        documents(held),
        bytes,
        held.size(),
        0,
        "",
        trained.tokens(),
        heldOut.tokens(),
        trained.cuts() + heldOut.cuts(),
        trained.replaced() + heldOut.replaced());
  }

  private static long documents(TokenStore store) {
    return store.documentEnds().size();
  }

  private PreparedCorpus prepare(
      String name, String content, Content make, List<ShardPreparation> shards, String leftOut) {
    TokenizerFacts facts = TokenizerFacts.of(tokenizer);
    String digest =
        Digests.hex(PreparedCorpus.FORMAT + "\n" + facts.fingerprint() + "\n" + content);
    try {
      Files.createDirectories(home);
      try (FileChannel lock = lock()) {
        begin(new Plan(PreparedCorpus.FORMAT, name, digest));
        Optional<PreparedCorpus> finished = PreparedCorpus.in(home);
        if (finished.isPresent()) {
          return finished.get();
        }
        tokenizer.save(home);
        PreparedCorpus made =
            new PreparedCorpus(PreparedCorpus.FORMAT, name, digest, facts, make.make(), leftOut);
        check(made);
        Manifests.write(home.resolve(PreparedCorpus.MANIFEST), made);
        for (ShardPreparation shard : shards) {
          shard.forget();
        }
        return made;
      }
    } catch (IOException e) {
      throw DataException.of(home, "cannot be written", e);
    }
  }

  private FileChannel lock() throws IOException {
    Path file = home.resolve(".lock");
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!ProcessLocks.take(channel, file)) {
      channel.close();
      throw new DataException(home, "is being prepared by another process: wait for its end");
    }
    return channel;
  }

  private void begin(Plan plan) throws IOException {
    Path file = home.resolve(PLAN);
    Optional<Plan> before = Manifests.read(file, Plan.class);
    if (before.isPresent() && !before.get().equals(plan)) {
      throw new DataException(
          home,
          "holds a preparation of other text or settings ("
              + before.get().name()
              + "): choose another --out, or delete it");
    }
    if (before.isEmpty()) {
      try (Stream<Path> files = Files.list(home)) {
        if (files.anyMatch(f -> !f.getFileName().toString().startsWith("."))) {
          throw new DataException(
              home, "holds other files: choose a new or empty directory for --out");
        }
      }
      Manifests.write(file, plan);
    }
  }

  private static void check(PreparedCorpus made) {
    String found =
        made.documents() + " documents (" + made.brokenRows() + " broken rows were left out)";
    if (made.trainTokens() == 0) {
      throw new DataException(
          made.name() + ": nothing to train on in " + found + ", expected text");
    }
    if (made.heldOutTokens() < 2) {
      throw new DataException(
          String.format(
              "%s: %d tokens of the %s are held out, expected at least 2: give more text, a larger"
                  + " --held-out, or --validation",
              made.name(), made.heldOutTokens(), found));
    }
  }
}
