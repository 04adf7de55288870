package io.github.gss4j.data;

import io.github.gss4j.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A corpus split into a training and a held-out part.
 *
 * @param name for reports
 * @param train the text to train on
 * @param heldOut text that is never trained on
 * @param test a second text that is never trained on, where the corpus has one by convention
 * @param heldOutNames which files or members are held out; {@code "name (last 500 bytes)"} where
 *     only an end is
 * @param leftOut what of the source is in neither, and why, in words; empty for nothing
 */
public record Corpus(
    String name,
    TokenStore train,
    TokenStore heldOut,
    Optional<TokenStore> test,
    List<String> heldOutNames,
    String leftOut)
    implements TrainingText {
  /** Copies the names. */
  public Corpus {
    heldOutNames = List.copyOf(heldOutNames);
  }

  /** A text of which nothing is left out. */
  public Corpus(
      String name,
      TokenStore train,
      TokenStore heldOut,
      Optional<TokenStore> test,
      List<String> heldOutNames) {
    this(name, train, heldOut, test, heldOutNames, "");
  }

  /**
   * Opens a source, joining, unpacking or fetching it into the cache first where that is needed.
   *
   * @param source where the text is
   * @param cache directory that is made where it is missing and may be deleted at any time
   * @throws DataException if there is no text, or it cannot be read
   */
  public static Corpus open(CorpusSource source, Path cache) {
    return open(source, cache, CorpusOptions.defaults());
  }

  /** As above, cut otherwise. */
  public static Corpus open(CorpusSource source, Path cache, CorpusOptions options) {
    return source.open(cache, options);
  }

  /** A corpus in one file: what is held out is its end. */
  static Corpus ofTail(Path file, long bytes, CorpusOptions options) {
    String name = String.valueOf(file.getFileName());
    if (bytes < 2) {
      throw new DataException(
          file,
          bytes == 0
              ? "is empty, expected text"
              : "has 1 byte, expected some to train on and some to hold out");
    }
    long tail = Split.tailBytes(bytes, options.heldOutFraction());
    return new Corpus(
        name,
        MappedBytes.open(file, 0, bytes - tail),
        MappedBytes.open(file, bytes - tail, tail),
        Optional.empty(),
        List.of(Split.tailName(name, tail)));
  }

  /**
   * The same as the tokens of a model; this one is then closed with that one.
   *
   * @param cache where what is encoded is kept
   */
  public Corpus encoded(Tokenizer tokenizer, Path cache) {
    return new Corpus(
        name,
        EncodedText.of(train, tokenizer, cache),
        EncodedText.counted(heldOut, tokenizer, cache),
        test.map(text -> EncodedText.counted(text, tokenizer, cache)),
        heldOutNames,
        leftOut);
  }

  @Override
  public String fingerprint() {
    return train.fingerprint();
  }

  @Override
  public String size() {
    return String.format(
        Locale.ROOT, "%,d tokens to learn from, %,d held out", train.size(), heldOut.size());
  }

  @Override
  public void close() {
    train.close();
    heldOut.close();
    test.ifPresent(TokenStore::close);
  }
}
