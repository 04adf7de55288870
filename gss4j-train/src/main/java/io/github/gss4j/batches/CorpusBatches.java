package io.github.gss4j.batches;

import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.data.SampleOrder;
import io.github.gss4j.data.TokenStore;
import io.github.gss4j.ops.Tensors;
import org.bytedeco.pytorch.Tensor;

/** The micro-batches of a text: the samples of one seeded order, each read once an epoch. */
public final class CorpusBatches implements BatchSource {
  private final TokenStore text;
  private final SampleOrder order;
  private final int batch;
  private final int accumulate;
  private final int rank;
  private final int worldSize;

  /**
   * The share of one rank: of the world·batch samples that come next in the one order of all, the
   * rank's own batch.
   */
  public CorpusBatches(TokenStore text, TrainConfig config, int rank, int worldSize) {
    this.text = text;
    this.order = SampleOrder.of(text.size(), config.batch().seqLen(), config.seed());
    this.batch = config.batch().size();
    this.accumulate = config.batch().accumulate();
    this.rank = rank;
    this.worldSize = worldSize;
  }

  @Override
  public Tensor ids(long step, int micro) {
    int length = order.seqLen() + 1;
    long first = (((step - 1) * accumulate + micro) * worldSize + rank) * batch;
    long[] ids = new long[batch * length];
    long[] row = new long[length];
    for (int b = 0; b < batch; b++) {
      text.read(order.offset(first + b), row);
      System.arraycopy(row, 0, ids, b * length, length);
    }
    return Tensors.of(ids, batch, length);
  }
}
