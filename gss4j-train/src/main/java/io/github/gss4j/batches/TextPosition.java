package io.github.gss4j.batches;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * The place of a micro-batch in a text that is read in long stretches: a state that was carried to
 * one place is of no use at another.
 *
 * @param reading a checksum of all that decides which stretches are read, and in which order
 * @param blocks sequences of a stretch
 * @param micro how many micro-batches came before
 * @param apart blocks by which each row is ahead of the one before: 1, or 0 where all come to the
 *     ends of their stretches together
 * @param turns how many micro-batches take turns, each with stretches of its own
 */
public record TextPosition(long reading, long blocks, long micro, long apart, long turns) {
  static TextPosition of(String reading, long blocks, long micro, boolean together, long turns) {
    CRC32C checksum = new CRC32C();
    checksum.update(reading.getBytes(StandardCharsets.UTF_8));
    return new TextPosition(checksum.getValue(), blocks, micro, together ? 0 : 1, turns);
  }

  /** Of a checkpoint: what {@link #numbers()} gave. */
  public static TextPosition of(long turns, long... numbers) {
    return new TextPosition(numbers[0], numbers[1], numbers[2], numbers[3], turns);
  }

  /** For a checkpoint, all but the turns. */
  public long[] numbers() {
    return new long[] {reading, blocks, micro, apart};
  }

  /** Whose turn it is, from 0. */
  public int turn() {
    return (int) (micro % turns);
  }

  /**
   * Which block of its stretch a row reads.
   *
   * @param row among those of all ranks
   */
  public long block(long row) {
    return read(row) % blocks;
  }

  /** How many stretches a row has read. */
  public long stretch(long row) {
    return read(row) / blocks;
  }

  private long read(long row) {
    return micro / turns + apart * (row + turn());
  }

  /** One micro-batch later. */
  public TextPosition next() {
    return new TextPosition(reading, blocks, micro + 1, apart, turns);
  }
}
