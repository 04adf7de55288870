package io.github.gss4j.layers;

import io.github.gss4j.config.AttentionConfig;
import io.github.gss4j.ops.LocalAttention;
import io.github.gss4j.ops.Rotary;
import io.github.gss4j.ops.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A Transformer block with local attention, the other half of the hybrid model.
 *
 * <pre>
 * a   = x + W_o attention(rot(W_q·LN(x)), rot(W_k·LN(x)), W_v·LN(x)) + b_o     (B, L, D)
 * out = a + W_2 gelu(W_1·LN(a)) + b_2                                          (B, L, D)
 * </pre>
 *
 * <table>
 * <caption>Shapes and cost</caption>
 * <tr><td>heads</td><td>(B, heads, L, d), d = D/heads</td></tr>
 * <tr><td>state</td><td>the last W − 1 turned keys and values, twice (B, heads, W − 1, d), latest
 * last, and how many tokens each sequence has read, (B) of int64; fixed size</td></tr>
 * <tr><td>parallel</td><td>O(L·(W·D + D·F)) a sequence</td></tr>
 * <tr><td>recurrent</td><td>O(W·D + D·F) a token</td></tr>
 * </table>
 *
 * <p>Mehta et al. 2022 (arXiv 2206.13947), section 3.3: such a block after every four GSS layers,
 * on chunks of 512 tokens. Positions are rotary ({@link Rotary}).
 */
final class TransformerBlock implements CausalLayer {
  private final AttentionConfig config;
  private final LocalAttention attention;
  private final ScalarType base;
  private final int headDim;
  private final LayerNorm norm;
  private final Linear toQ;
  private final Linear toK;
  private final Linear toV;
  private final Linear toOut;
  private final FeedForward feedForward;

  private TransformerBlock(Parameters p, int dim, int innerDim, AttentionConfig config) {
    if (dim % (2 * config.heads()) != 0) {
      throw new IllegalArgumentException(
          "attention_heads is "
              + config.heads()
              + " and dim is "
              + dim
              + ", expected dim to be a multiple of twice attention_heads");
    }
    this.config = config;
    this.attention =
        new LocalAttention(config.windows() == AttentionConfig.Kind.CHUNKS, config.window());
    this.base = p.precision().base();
    this.headDim = dim / config.heads();
    Parameters a = p.at("attn");
    this.norm = LayerNorm.declare(a, "norm", dim);
    this.toQ = Linear.declare(a, "to_q", dim, dim);
    this.toK = Linear.declare(a, "to_k", dim, dim);
    this.toV = Linear.declare(a, "to_v", dim, dim);
    this.toOut = Linear.declareWithBias(a, "to_out", dim, dim);
    this.feedForward = FeedForward.declare(p.at("ff"), dim, innerDim);
  }

  /**
   * Declares a block's parameters.
   *
   * @param dim D, a multiple of twice the heads
   * @param innerDim F, the width of the feed-forward part
   */
  static TransformerBlock declare(Parameters p, int dim, int innerDim, AttentionConfig config) {
    return new TransformerBlock(p, dim, innerDim, config);
  }

  /** It derives nothing: attention depends on the sequence alone. */
  @Override
  public Kernel kernel(long length) {
    return this::whole;
  }

  private Tensor whole(Tensor x) {
    Tensor normed = norm.apply(x);
    Tensor turns = Rotary.turns(Tensors.range(0, x.size(1), x).unsqueeze(0), headDim);
    Tensor q = products(Rotary.rotate(heads(toQ, normed), turns));
    Tensor k = products(Rotary.rotate(heads(toK, normed), turns));
    return rest(x, attention.forward(q, k, products(heads(toV, normed))));
  }

  @Override
  public Recurrence recurrence() {
    return this::read;
  }

  @Override
  public MixerState initialState(long batch) {
    Tensor weight = norm.weight();
    Tensor nothing = Tensors.zerosLike(weight, batch, config.heads(), attention.kept(), headDim);
    Tensor position = Tensors.zerosLike(weight, batch).to(ScalarType.Long);
    return new MixerState(List.of(nothing, nothing, position));
  }

  private MixerOutput read(Tensor x, MixerState state) {
    long length = x.size(1);
    Tensor position = state.tensors().get(2); // (B)
    Tensor normed = norm.apply(x);
    Tensor at = position.unsqueeze(1).add(Tensors.range(0, length, x)); // (B, L)
    Tensor turns = Rotary.turns(at, headDim);
    Tensor q = Rotary.rotate(heads(toQ, normed), turns);
    Tensor keys = after(state.tensors().get(0), Rotary.rotate(heads(toK, normed), turns));
    Tensor values = after(state.tensors().get(1), heads(toV, normed)); // (B, heads, W − 1 + L, d)
    Tensor y = attention.mix(products(q), products(keys), products(values), position);
    Tensor next = position.add(new Scalar(length));
    return new MixerOutput(rest(x, y), new MixerState(List.of(latest(keys), latest(values), next)));
  }

  /** (B, L, D) to (B, heads, L, d) in the state's dtype. */
  private Tensor heads(Linear product, Tensor normed) {
    Tensor y = product.apply(normed).to(base);
    return y.view(y.size(0), y.size(1), config.heads(), headDim).transpose(1, 2).contiguous();
  }

  private Tensor products(Tensor x) {
    return x.to(toQ.products());
  }

  private static Tensor after(Tensor history, Tensor rows) {
    return torch.cat(new TensorVector(history, rows), 2);
  }

  /** The last W − 1, as a tensor of its own. */
  private Tensor latest(Tensor all) {
    return all.narrow(2, all.size(2) - attention.kept(), attention.kept()).clone();
  }

  private Tensor rest(Tensor x, Tensor attended) {
    Tensor joined = attended.transpose(1, 2).flatten(2, 3); // (B, L, D)
    return feedForward.apply(toOut.apply(joined).add(x)); // (B, L, D)
  }
}
