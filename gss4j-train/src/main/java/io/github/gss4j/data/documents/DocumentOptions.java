package io.github.gss4j.data.documents;

import io.github.gss4j.data.Hex;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * How documents are read.
 *
 * @param textField where a row has its text
 * @param heldOut the share of documents that is never trained on, 0 to 1; chosen by a hash of their
 *     text, so that copies stay together and the choice is the same wherever a document lies
 * @param skipBroken whether what comes after a break in a shard is left out; else it is an error
 */
public record DocumentOptions(String textField, double heldOut, boolean skipBroken) {
  private static final double UNIT = 0x1p-53;

  /** Checks the share. */
  public DocumentOptions {
    if (!(heldOut >= 0 && heldOut <= 1)) {
      throw new IllegalArgumentException("held_out is " + heldOut + ", expected 0 to 1");
    }
  }

  /** The same with another share. */
  public DocumentOptions withHeldOut(double share) {
    return new DocumentOptions(textField, share, skipBroken);
  }

  /** Whether a document is held out. */
  boolean isHeldOut(String text) {
    if (heldOut <= 0 || heldOut >= 1) {
      return heldOut >= 1;
    }
    byte[] digest = Hex.sha256().digest(text.getBytes(StandardCharsets.UTF_8));
    return (ByteBuffer.wrap(digest).getLong() >>> 11) * UNIT < heldOut;
  }
}
