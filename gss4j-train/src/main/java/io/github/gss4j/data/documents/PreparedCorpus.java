package io.github.gss4j.data.documents;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.github.gss4j.data.Corpus;
import io.github.gss4j.data.DataException;
import io.github.gss4j.data.JoinedTokens;
import io.github.gss4j.data.Manifests;
import io.github.gss4j.data.TokenStore;
import io.github.gss4j.data.TokenizerFacts;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.tokenizer.TokenizerJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A corpus encoded once: the {@code tokens.json} of its directory.
 *
 * @param format of this file
 * @param name of the corpus
 * @param plan digest of all that decides the content
 * @param tokenizer that made the ids
 * @param shards in the order in which they are read
 * @param leftOut what else lay there and was not read, and why, in words; empty for nothing
 */
public record PreparedCorpus(
    int format,
    String name,
    String plan,
    TokenizerFacts tokenizer,
    List<ShardFacts> shards,
    @JsonSetter(nulls = Nulls.AS_EMPTY) String leftOut) {
  private static final Logger LOG = LoggerFactory.getLogger(PreparedCorpus.class);

  /** The manifest's name. */
  public static final String MANIFEST = "tokens.json";

  static final int FORMAT = 1;

  /** Copies the shards. */
  public PreparedCorpus {
    shards = List.copyOf(shards);
  }

  /**
   * Reads the manifest of a directory, where there is one.
   *
   * @throws DataException if it is damaged or of another format
   */
  public static Optional<PreparedCorpus> in(Path directory) {
    Path file = directory.resolve(MANIFEST);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    PreparedCorpus read =
        Manifests.read(file, PreparedCorpus.class)
            .filter(manifest -> manifest.format == FORMAT)
            .orElseThrow(
                () ->
                    new DataException(
                        file,
                        "is not a manifest of format " + FORMAT + ": prepare the corpus again"));
    return Optional.of(read);
  }

  /** How the command line would name the tokenizer. */
  public String tokenizerSpec(Path directory) {
    return tokenizer.name().equals(TokenizerJson.NAME)
        ? directory.resolve(TokenizerJson.NAME).toString()
        : tokenizer.name();
  }

  /** Maps the tokens. */
  public Corpus open(Path directory) {
    if (brokenRows() + brokenShards() > 0 || !leftOut.isEmpty()) {
      LOG.warn("{}: {}", name, leftOutInWords());
    }
    return new Corpus(
        name,
        join(directory, true),
        join(directory, false),
        Optional.empty(),
        List.of(String.format(Locale.ROOT, "%,d documents", heldOutDocuments())),
        leftOut);
  }

  /** As {@code "left out 2 broken rows and the ends of 0 broken files; 1 hidden (.git)"}. */
  public String leftOutInWords() {
    return String.format(
        Locale.ROOT,
        "left out %,d broken rows and the ends of %,d broken files%s",
        brokenRows(),
        brokenShards(),
        leftOut.isEmpty() ? "" : "; " + leftOut);
  }

  /**
   * As above, for a model of this tokenizer.
   *
   * @throws DataException if the corpus was prepared with another
   */
  public Corpus open(Path directory, Tokenizer forModel) {
    TokenizerFacts wanted = TokenizerFacts.of(forModel);
    if (!wanted.fingerprint().equals(tokenizer.fingerprint())) {
      throw new DataException(
          directory,
          "was prepared with the tokenizer "
              + tokenizer.name()
              + (wanted.name().equals(tokenizer.name()) ? " of another file" : "")
              + ", expected "
              + wanted.name()
              + ": prepare the text again with it, or leave out --tokenizer");
    }
    return open(directory);
  }

  private TokenStore join(Path directory, boolean train) {
    List<TokenStore> stores = new ArrayList<>();
    boolean all = false;
    try {
      for (ShardFacts shard : shards) {
        stores.add((train ? shard.train() : shard.heldOut()).open(directory, tokenizer.size()));
      }
      all = true;
    } finally {
      if (!all) {
        stores.forEach(TokenStore::close);
      }
    }
    return new JoinedTokens(stores);
  }

  private long sum(ToLongFunction<ShardFacts> of) {
    return shards.stream().mapToLong(of).sum();
  }

  /** Documents, held out or not. */
  @JsonIgnore
  public long documents() {
    return sum(ShardFacts::documents);
  }

  /** Documents held out. */
  @JsonIgnore
  public long heldOutDocuments() {
    return sum(ShardFacts::heldOutDocuments);
  }

  /** Bytes of text, held out or not. */
  @JsonIgnore
  public long bytes() {
    return sum(ShardFacts::bytes);
  }

  /** Tokens to train on. */
  @JsonIgnore
  public long trainTokens() {
    return sum(shard -> shard.train().tokens());
  }

  /** Tokens held out. */
  @JsonIgnore
  public long heldOutTokens() {
    return sum(shard -> shard.heldOut().tokens());
  }

  /** Rows that hold no document. */
  @JsonIgnore
  public long brokenRows() {
    return sum(ShardFacts::brokenRows);
  }

  /** How often a text was cut where its ids may not be those of the whole. */
  @JsonIgnore
  public long cuts() {
    return sum(ShardFacts::cuts);
  }

  /** Places of plain text that are not UTF-8 and are read as U+FFFD. */
  @JsonIgnore
  public long replaced() {
    return sum(ShardFacts::replaced);
  }

  /** Shards whose ends were left out. */
  @JsonIgnore
  public long brokenShards() {
    return sum(shard -> shard.brokenOff().isEmpty() ? 0 : 1);
  }
}
