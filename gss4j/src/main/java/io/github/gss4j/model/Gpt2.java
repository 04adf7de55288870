package io.github.gss4j.model;

import io.github.gss4j.config.Gpt2Config;
import io.github.gss4j.layers.Init;
import io.github.gss4j.layers.LayerNorm;
import io.github.gss4j.layers.Linear;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.layers.Parameters;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.layers.Role;
import io.github.gss4j.ops.Scopes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * GPT-2 of any size, for inference alone: a teacher of our models.
 *
 * <pre>
 * x = wte(ids) + wpe(0 … L−1);  x = block(x) for each layer;  logits = wte·LN(x)
 * </pre>
 *
 * <table>
 * <caption>Shapes</caption>
 * <tr><td>ids</td><td>(B, L) of 64-bit integers, L at most {@code n_positions}</td></tr>
 * <tr><td>hidden</td><td>(B, L, D)</td></tr>
 * <tr><td>logits</td><td>(B, L, V)</td></tr>
 * </table>
 *
 * <p>Immutable: threads may share it. It owns its weights until {@link #close()}, and records
 * nothing for a backward pass. Radford et al. 2019, "Language Models are Unsupervised Multitask
 * Learners".
 */
public final class Gpt2 implements AutoCloseable {
  private final Gpt2Config config;
  private final Parameters parameters;
  private final Tensor tokens;
  private final Tensor positions;
  private final List<Gpt2Block> blocks = new ArrayList<>();
  private final LayerNorm headNorm;
  private final Linear toLogits;

  private Gpt2(Gpt2Config config, Parameters p) {
    this.config = config;
    this.parameters = p;
    this.tokens = embedding(p, "wte", config.numTokens(), config.dim());
    this.positions = embedding(p, "wpe", config.positions(), config.dim());
    for (int i = 0; i < config.depth(); i++) {
      blocks.add(Gpt2Block.declare(p.at("h").at(Integer.toString(i)), config, i));
    }
    this.headNorm = LayerNorm.declare(p, "ln_f", config.dim()).withEpsilon(config.epsilon());
    this.toLogits =
        config.tied()
            ? new Linear(tokens, null, p.precision().products())
            : Linear.declare(p, "lm_head", config.dim(), config.numTokens());
  }

  private static Tensor embedding(Parameters p, String name, int count, int dim) {
    return p.at(name).declare("weight", Role.EMBEDDING, Init.normal(0.02), count, dim);
  }

  /**
   * A model whose weights come from a source.
   *
   * @param source gives each parameter's value; dense weights are (outputs, inputs)
   * @param precision any but int8
   */
  public static Gpt2 of(
      Gpt2Config config, Parameters.Source source, Precision precision, Device device) {
    if (precision == Precision.INT8) {
      throw new IllegalArgumentException(
          "dtype is int8, expected float32, bfloat16 or float64 for a GPT-2");
    }
    return Parameters.make(source, precision, device, p -> new Gpt2(config, p));
  }

  /**
   * The names and shapes of the parameters that a configuration has, without making them.
   *
   * @return in the order of declaration; dense weights are (outputs, inputs)
   */
  public static Map<String, List<Long>> shapes(Gpt2Config config) {
    return Parameters.shapes(
        (source, nowhere) -> of(config, source, Precision.FLOAT32, nowhere).close());
  }

  /** Its sizes. */
  public Gpt2Config config() {
    return config;
  }

  /** Its tensors, under the names of its files without {@code transformer.}. */
  List<Parameter> parameters() {
    return parameters.all();
  }

  /**
   * The hidden vectors after each token of whole sequences: {@link #head} gives the logits.
   *
   * @param ids (B, L)
   * @return (B, L, D), in the caller's scope
   * @throws IllegalArgumentException if L is above {@code n_positions}
   */
  public Tensor hidden(Tensor ids) {
    long length = ids.size(1);
    if (length > config.positions()) {
      throw new IllegalArgumentException(
          "a sequence has "
              + length
              + " tokens, expected at most "
              + config.positions()
              + " (n_positions of the GPT-2)");
    }
    Tensor x = Scopes.withoutGradient(() -> embed(ids, length));
    for (Gpt2Block block : blocks) {
      Tensor in = x;
      x = Scopes.withoutGradient(() -> block.forward(in));
    }
    return x;
  }

  private Tensor embed(Tensor ids, long length) {
    Tensor position = positions.narrow(0, 0, length).to(parameters.precision().base());
    return torch.embedding(tokens, ids).to(parameters.precision().base()).add(position);
  }

  /**
   * The logits of hidden vectors.
   *
   * @param hidden (…, D)
   * @return (…, V), in the caller's scope
   */
  public Tensor head(Tensor hidden) {
    return Scopes.withoutGradient(
        () -> toLogits.apply(headNorm.apply(hidden)).to(parameters.precision().base()));
  }

  /** Frees the weights. */
  @Override
  public void close() {
    parameters.release();
  }
}
