package io.github.gss4j.layers;

import io.github.gss4j.config.GssConfig;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A diagonal state space without a gate: a Transformer block that has it in attention's place.
 *
 * <pre>
 * a   = x + W_o gelu(dss(x)) + b_o             (B, L, D)
 * out = a + W_2 gelu(W_1·LN(a)) + b_2          (B, L, D)
 * </pre>
 *
 * <table>
 * <caption>Shapes and cost</caption>
 * <tr><td>x, out</td><td>(B, L, D)</td></tr>
 * <tr><td>state</td><td>that of {@link DiagonalStateSpace} on D channels, fixed size</td></tr>
 * <tr><td>parallel</td><td>O(D·L log L + L·D·F) a sequence</td></tr>
 * <tr><td>recurrent</td><td>O(D·N + D·F) a token</td></tr>
 * </table>
 *
 * <p>The first line is the layer of Gupta et al. 2022 (arXiv 2203.14343), section 3: what the paper
 * of {@link GatedLayer} gates. The second is {@link FeedForward}, as language models of S4 have it
 * (Gu et al. 2022, arXiv 2111.00396, section 4.2).
 */
final class StateSpaceBlock implements CausalLayer {
  private final DiagonalStateSpace dss;
  private final Linear toOut;
  private final FeedForward feedForward;

  private StateSpaceBlock(Parameters p, int dim, int innerDim, GssConfig config) {
    this.dss = DiagonalStateSpace.declare(p.at("dss"), config); // it normalises what it reads
    this.toOut = Linear.declareWithBias(p, "to_out", dim, dim);
    this.feedForward = FeedForward.declare(p.at("ff"), dim, innerDim);
  }

  /**
   * Declares a block's parameters.
   *
   * @param dim D, as many as the state space has channels
   * @param innerDim F, the width of the feed-forward part
   */
  static StateSpaceBlock declare(Parameters p, int dim, int innerDim, GssConfig config) {
    return new StateSpaceBlock(p, dim, innerDim, config);
  }

  @Override
  public SequenceMixer mixer() {
    return dss;
  }

  /** The state space's: {@link #forward(Tensor, Kernel)} puts the block around it. */
  @Override
  public Kernel kernel(long length) {
    return dss.kernel(length);
  }

  @Override
  public Tensor forward(Tensor x, Kernel kernel) {
    return rest(x, kernel.forward(x));
  }

  /** The state space's: {@link #mix(Tensor, MixerState, Recurrence)} puts the block around it. */
  @Override
  public Recurrence recurrence() {
    return dss.recurrence();
  }

  @Override
  public MixerState initialState(long batch) {
    return dss.initialState(batch);
  }

  @Override
  public MixerOutput mix(Tensor x, MixerState state, Recurrence recurrence) {
    MixerOutput mixed = recurrence.mix(x, state);
    return new MixerOutput(rest(x, mixed.output()), mixed.state());
  }

  private Tensor rest(Tensor x, Tensor context) {
    return feedForward.apply(toOut.apply(torch.gelu(context)).add(x)); // (B, L, D)
  }
}
