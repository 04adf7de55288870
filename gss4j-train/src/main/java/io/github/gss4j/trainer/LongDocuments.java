package io.github.gss4j.trainer;

import io.github.gss4j.data.DataException;
import io.github.gss4j.data.TokenStore;
import io.github.gss4j.ops.Tensors;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * The micro-batches of a text that is read in order: the text is cut into as many long parts as a
 * micro-batch has sequences, and block after block each sequence reads on in its own part. At the
 * end of the parts all begin again.
 */
final class LongDocuments implements BatchSource {
  private final TokenStore text;
  private final int batch;
  private final int accumulate;
  private final int seqLen;
  private final long blocks;

  LongDocuments(TokenStore text, TrainConfig config) {
    this.text = text;
    this.batch = config.batch().size();
    this.accumulate = config.batch().accumulate();
    this.seqLen = config.batch().seqLen();
    this.blocks = (text.size() - 1) / batch / seqLen;
    if (blocks < 1) {
      throw new DataException(
          "text has %d tokens, %d long parts of at least one sequence each need %d: give more text"
                  .formatted(text.size(), batch, (long) batch * seqLen + 1)
              + ", or a smaller --batch or --seq-len");
    }
  }

  /** Blocks of each part. */
  long blocks() {
    return blocks;
  }

  private long block(long step, int micro) {
    return ((step - 1) * accumulate + micro) % blocks;
  }

  @Override
  public Optional<TextPosition> place(long step, int micro) {
    long at = block(step, micro) * seqLen;
    return Optional.of(TextPosition.of(text.fingerprint(), batch, blocks * seqLen, at));
  }

  @Override
  public Tensor ids(long step, int micro) {
    int length = seqLen + 1;
    long[] ids = new long[batch * length];
    long[] row = new long[length];
    for (int b = 0; b < batch; b++) {
      text.read((b * blocks + block(step, micro)) * seqLen, row);
      System.arraycopy(row, 0, ids, b * length, length);
    }
    return Tensors.of(ids, batch, length);
  }
}
