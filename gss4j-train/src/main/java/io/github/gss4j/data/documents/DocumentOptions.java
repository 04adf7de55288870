package io.github.gss4j.data.documents;

import io.github.gss4j.files.Digests;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * How documents are read.
 *
 * @param textField where a row has its text
 * @param heldOut the share of documents that is never trained on, 0 to 1; chosen by a hash of their
 *     text, so that copies stay together and the choice is the same wherever a document is
 * @param skipBroken whether what comes after a break in a shard is left out; else it is an error
 * @param zstdLong the largest window that a zstd shard may ask for, as a power of two of bytes, as
 *     {@code zstd --long} has it; unpacking takes as much memory
 */
public record DocumentOptions(String textField, double heldOut, boolean skipBroken, int zstdLong) {
  /** 128 MB, which {@code zstd} reads without being asked. */
  public static final int USUAL_ZSTD_LONG = 27;

  /** 2 GB, more than which {@code zstd} never reads. */
  public static final int MOST_ZSTD_LONG = 31;

  private static final double UNIT = 0x1p-53;

  /** Checks the share and the window. */
  public DocumentOptions {
    if (zstdLong < USUAL_ZSTD_LONG || zstdLong > MOST_ZSTD_LONG) {
      throw new IllegalArgumentException(
          "zstd_long is " + zstdLong + ", expected " + USUAL_ZSTD_LONG + " to " + MOST_ZSTD_LONG);
    }
    if (!(heldOut >= 0 && heldOut <= 1)) {
      throw new IllegalArgumentException("held_out is " + heldOut + ", expected 0 to 1");
    }
  }

  /** Windows of up to 128 MB. */
  public DocumentOptions(String textField, double heldOut, boolean skipBroken) {
    this(textField, heldOut, skipBroken, USUAL_ZSTD_LONG);
  }

  /** Changes with what decides which text is read: no window does. */
  String identity() {
    return "DocumentOptions[textField="
        + textField
        + ", heldOut="
        + heldOut
        + ", skipBroken="
        + skipBroken
        + "]";
  }

  /** A copy with another share. */
  DocumentOptions withHeldOut(double share) {
    return new DocumentOptions(textField, share, skipBroken, zstdLong);
  }

  /** Whether a document is held out. */
  boolean isHeldOut(String text) {
    if (heldOut <= 0 || heldOut >= 1) {
      return heldOut >= 1;
    }
    byte[] digest = Digests.sha256().digest(text.getBytes(StandardCharsets.UTF_8));
    return (ByteBuffer.wrap(digest).getLong() >>> 11) * UNIT < heldOut;
  }
}
