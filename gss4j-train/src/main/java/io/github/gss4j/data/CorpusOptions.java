package io.github.gss4j.data;

/**
 * How a corpus is split.
 *
 * @param heldOutFraction share of the bytes that is held out for validation, in (0, 1)
 * @param maxUnpackedBytes what the members of all archives together may unpack to; more is an error
 */
public record CorpusOptions(double heldOutFraction, long maxUnpackedBytes) {
  private static final CorpusOptions DEFAULTS = new CorpusOptions(0.05, 64L << 30);

  /** Checks both. */
  public CorpusOptions {
    if (!(heldOutFraction > 0 && heldOutFraction < 1)) {
      throw new IllegalArgumentException(
          "heldOutFraction is " + heldOutFraction + ", expected more than 0 and less than 1");
    }
    if (maxUnpackedBytes < 1) {
      throw new IllegalArgumentException(
          "maxUnpackedBytes is " + maxUnpackedBytes + ", expected at least 1");
    }
  }

  /** 5 % held out, archives of up to 64 GB unpacked. */
  public static CorpusOptions defaults() {
    return DEFAULTS;
  }

  /** A copy that holds out another share. */
  public CorpusOptions withHeldOutFraction(double fraction) {
    return new CorpusOptions(fraction, maxUnpackedBytes);
  }

  /** A copy with another limit. */
  CorpusOptions withMaxUnpackedBytes(long bytes) {
    return new CorpusOptions(heldOutFraction, bytes);
  }
}
