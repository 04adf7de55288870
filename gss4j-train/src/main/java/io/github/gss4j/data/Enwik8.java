package io.github.gss4j.data;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The first 100,000,000 bytes of a Wikipedia dump, the field's test for models of bytes: 90 million
 * to train on, 5 million for validation, 5 million for the test. Fetched once into the cache.
 *
 * @param base address below which {@code enwik8.zip} is, ending in a slash
 */
record Enwik8(URI base) implements CorpusSource {
  /** Its name on the command line. */
  public static final String NAME = "enwik8";

  private static final long BYTES = 100_000_000;
  private static final String SHA1 = "57b8363b814821dc9d47aa4d41f58733519076b2";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** From its author's page. */
  public Enwik8() {
    this(URI.create("http://mattmahoney.net/dc/"));
  }

  @Override
  public String name() {
    return NAME;
  }

  /**
   * Opens it.
   *
   * @throws DataException if it is not in the cache and cannot be fetched: the message says where
   *     to put it; or if a share to hold out is asked for, as the split is fixed
   */
  @Override
  public Corpus open(Path cache, CorpusOptions options) {
    if (options.heldOutFraction() != CorpusOptions.defaults().heldOutFraction()) {
      throw new DataException(
          "heldOutFraction is "
              + options.heldOutFraction()
              + ", but enwik8 is always split 90M/5M/5M: leave it out");
    }
    Path file = new Enwik8File(base, BYTES, SHA1, PATIENCE).in(cache);
    return split(file, BYTES);
  }

  /** 90 % to train on, 5 % for validation, 5 % for the test. */
  static Corpus split(Path file, long bytes) {
    long part = bytes / 20;
    long train = bytes - 2 * part;
    return new Corpus(
        NAME,
        MappedBytes.open(file, 0, train),
        MappedBytes.open(file, train, part),
        Optional.of(MappedBytes.open(file, train + part, part)),
        List.of("bytes " + train + " to " + (train + part)));
  }
}
