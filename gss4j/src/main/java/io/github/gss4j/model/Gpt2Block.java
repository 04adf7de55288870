package io.github.gss4j.model;

import io.github.gss4j.config.Gpt2Config;
import io.github.gss4j.layers.LayerNorm;
import io.github.gss4j.layers.Linear;
import io.github.gss4j.layers.Parameters;
import io.github.gss4j.ops.DotProductAttention;
import java.util.OptionalDouble;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A block of GPT-2: causal attention over all that came before, then two dense products.
 *
 * <pre>
 * a   = x + W_o attention(W_qkv·LN(x))          (B, L, D)
 * out = a + W_2 gelu(W_1·LN(a))                 (B, L, D), every product with a bias
 * </pre>
 *
 * <p>O(L·D·F + L²·D) a sequence. Radford et al. 2019, section 2.3.
 */
record Gpt2Block(
    LayerNorm norm,
    Linear toQkv,
    Linear toOut,
    LayerNorm forwardNorm,
    Linear toInner,
    Linear fromInner,
    int heads,
    double scale,
    String gelu) {
  static Gpt2Block declare(Parameters p, Gpt2Config config, int layer) {
    int dim = config.dim();
    return new Gpt2Block(
        LayerNorm.declare(p, "ln_1", dim).withEpsilon(config.epsilon()),
        Linear.declareWithBias(p, "attn.c_attn", dim, 3L * dim),
        Linear.declareWithBias(p, "attn.c_proj", dim, dim),
        LayerNorm.declare(p, "ln_2", dim).withEpsilon(config.epsilon()),
        Linear.declareWithBias(p, "mlp.c_fc", dim, config.innerDim()),
        Linear.declareWithBias(p, "mlp.c_proj", config.innerDim(), dim),
        config.heads(),
        config.scale(layer),
        config.tanhGelu() ? "tanh" : "none");
  }

  /** Whole sequences (B, L, D), from their beginning. */
  Tensor forward(Tensor x) {
    Tensor qkv = toQkv.apply(norm.apply(x)); // (B, L, 3 D)
    TensorVector parts =
        qkv.view(x.size(0), x.size(1), 3, heads, x.size(2) / heads).unbind(2); // (B, L, heads, d)
    Tensor attended =
        DotProductAttention.apply(
            parts.get(0).transpose(1, 2),
            parts.get(1).transpose(1, 2),
            parts.get(2).transpose(1, 2),
            new TensorOptional(),
            true,
            OptionalDouble.of(scale)); // (B, heads, L, d)
    Tensor a = toOut.apply(attended.transpose(1, 2).flatten(2, 3)).add(x); // (B, L, D)
    Tensor wide = torch.gelu(toInner.apply(forwardNorm.apply(a)), gelu); // (B, L, F)
    return fromInner.apply(wide).add(a); // (B, L, D)
  }
}
