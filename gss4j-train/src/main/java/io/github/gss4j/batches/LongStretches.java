package io.github.gss4j.batches;

import io.github.gss4j.config.training.BatchConfig;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.data.SampleOrder;
import io.github.gss4j.data.TokenStore;
import io.github.gss4j.ops.Tensors;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * The micro-batches of a text that is read in long stretches, in a seeded order that takes each
 * once an epoch: each row reads its stretch to the end, block by block, and then the next one.
 * Where more stretches are open than a micro-batch has rows, micro-batches take turns. A text that
 * is too short for as many stretches is read in shorter ones.
 *
 * <p>A run of an earlier version continues as it began: the text is cut into as many parts as there
 * are rows, and each row reads its own one in order.
 */
public final class LongStretches implements BatchSource {
  private final TokenStore text;
  private final SampleOrder order;
  private final BatchConfig batch;
  private final String reading;
  private final long blocks;
  private final int rank;
  private final long rows;
  private final long turns;
  private final boolean inOrder;
  private final boolean together;

  /** The share of one rank: its rows of those of all ranks. */
  public LongStretches(TokenStore text, TrainConfig config, int rank, int worldSize) {
    this.text = text;
    this.batch = config.batch();
    this.rank = rank;
    this.rows = (long) worldSize * batch.size();
    this.turns = batch.state().turns(rows);
    this.inOrder = batch.state().carriesInOrder();
    this.together = // else states are of unequal sizes
        inOrder || config.model().maxSeqLen().isPresent();
    long wanted = (batch.state().carryLength() + batch.seqLen() - 1L) / batch.seqLen();
    long most = (text.size() - 1) / batch.seqLen() / (rows * turns);
    this.blocks = Math.max(1, inOrder ? most : Math.min(wanted, most));
    this.order =
        SampleOrder.of(text.size(), Math.toIntExact(blocks * batch.seqLen()), config.seed());
    this.reading = "%s %d %d %d".formatted(text.fingerprint(), rows, batch.seqLen(), config.seed());
  }

  /** Blocks of each stretch. */
  public long blocks() {
    return blocks;
  }

  @Override
  public Optional<TextPosition> place(long step, int micro) {
    long before = (step - 1) * batch.accumulate() + micro;
    return Optional.of(TextPosition.of(reading, blocks, before, together, turns));
  }

  @Override
  public Tensor ids(long step, int micro) {
    TextPosition place = place(step, micro).orElseThrow();
    int length = batch.seqLen() + 1;
    long[] ids = new long[batch.size() * length];
    long[] one = new long[length];
    for (int b = 0; b < batch.size(); b++) {
      long row = (long) rank * batch.size() + b;
      long open = place.turn() * rows + row; // which of those that are open
      long stretch = place.stretch(row) * rows * turns + open;
      long from = inOrder ? open * blocks * batch.seqLen() : order.offset(stretch);
      text.read(from + place.block(row) * batch.seqLen(), one);
      System.arraycopy(one, 0, ids, b * length, length);
    }
    return Tensors.of(ids, batch.size(), length);
  }
}
