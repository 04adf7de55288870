package io.github.gss4j.layers;

import io.github.gss4j.ops.Autograd;
import io.github.gss4j.ops.Scopes;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * What a gated layer does once its mixer has run, each token by itself: a context gates a wide
 * space.
 *
 * <pre>
 * a = W_u n        g = W_g c        out = W_o (g ⊙ gelu(a)) + b
 * </pre>
 *
 * <p>Backward, for the gradient o of out, with p = o W_o:
 *
 * <pre>
 * dW_o = oᵀ (g ⊙ gelu(a))           db = Σ o
 * dg = p ⊙ gelu(a)                  dW_g = dgᵀ c        dc = dg W_g
 * da = p ⊙ g ⊙ gelu′(a)             dW_u = daᵀ n        dn = da W_u
 * </pre>
 *
 * <p>So nothing but n, c and, if it is not to be computed again, a need be kept between the two: a
 * graph would keep five tensors of width F.
 *
 * @param toU W_u, (F, D)
 * @param toContext W_g, (F, H)
 * @param toOut W_o, (D, F), and b
 */
record Gate(Linear toU, Linear toContext, Linear toOut) {
  /** a: (…, D) to (…, F). */
  Tensor wide(Tensor normed) {
    return toU.apply(normed);
  }

  /**
   * a, (T, F), of some tokens' n, (T, D).
   *
   * @param buffer where to put it
   * @return the room
   */
  Tensor wide(Tensor normed, Tensor buffer) {
    torch.mm_out(buffer, normed.to(toU.products()), toU.weight().to(toU.products()).t());
    return buffer;
  }

  /** out, from a and c. */
  Tensor apply(Tensor wide, Tensor context) {
    return toOut.apply(toContext.apply(context).mul(torch.gelu(wide))); // (…, D)
  }

  /**
   * The gradients of what went in, for some tokens; those of the weights are added to the weights.
   *
   * @param normed n, (T, D)
   * @param context c, (T, H)
   * @param wide a, (T, F)
   * @param gradient o, (T, D)
   * @param toNormed where dn goes, (T, D)
   * @param toContexts where dc goes, (T, H)
   */
  void backward(
      Tensor normed,
      Tensor context,
      Tensor wide,
      Tensor gradient,
      Tensor toNormed,
      Tensor toContexts) {
    Tensor n = normed.to(toU.products());
    Tensor c = context.to(toU.products());
    Tensor o = gradient.to(toU.products());
    Tensor dWide =
        Scopes.scoped(
            () -> {
              Tensor p = o.mm(toOut.weight().to(toOut.products())); // (T, F)
              Tensor u = torch.gelu(wide);
              Tensor g = toContext.apply(c);
              Autograd.addProduct(toOut.weight(), o.t(), g.mul(u));
              u.mul_(p); // is dg from here on
              Autograd.addProduct(toContext.weight(), u.t(), c);
              toContexts.copy_(u.mm(toContext.weight().to(toContext.products())));
              p.mul_(g);
              return torch.gelu_backward(p, wide);
            });
    Autograd.addProduct(toU.weight(), dWide.t(), n);
    toNormed.copy_(dWide.mm(toU.weight().to(toU.products())));
    Autograd.add(toOut.bias(), gradient.sum(0));
  }
}
