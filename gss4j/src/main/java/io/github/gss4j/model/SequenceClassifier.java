package io.github.gss4j.model;

import io.github.gss4j.config.ClassifierConfig;
import io.github.gss4j.config.StackConfig;
import io.github.gss4j.layers.Init;
import io.github.gss4j.layers.Layers;
import io.github.gss4j.layers.Lengths;
import io.github.gss4j.layers.Linear;
import io.github.gss4j.layers.Norm;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.layers.Parameters;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.layers.Role;
import io.github.gss4j.layers.SequenceLayer;
import io.github.gss4j.ops.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A classifier of sequences.
 *
 * <pre>
 * x = embedding(ids) or W_in·values + b;  x = layer(x) for each layer;  logits = W·pool(norm(x)) + b
 *                                                       at each place:  logits = W_p·norm(x) + b_p
 * </pre>
 *
 * <table>
 * <caption>Shapes</caption>
 * <tr><td>input</td><td>(B, L) of 64-bit integers, or (B, L, input_dim) of real numbers</td></tr>
 * <tr><td>logits</td><td>(B, num_classes)</td></tr>
 * <tr><td>logits of places</td><td>(B, L, place_classes), where the config has such</td></tr>
 * </table>
 *
 * <p>Sequences of a batch may have different lengths, padded at their ends with anything: padding
 * has no influence, in either direction. The model owns its weights until {@link #close()}; threads
 * may share it.
 */
public final class SequenceClassifier implements AutoCloseable {
  private final ClassifierConfig config;
  private final Parameters parameters;
  private final Device device;
  private final Tensor tokenEmbedding;
  private final Linear toDim;
  private final List<SequenceLayer> layers;
  private final Norm norm;
  private final Linear toLogits;
  private final Linear toPlaceLogits;

  private SequenceClassifier(ClassifierConfig config, Parameters p, Device device) {
    StackConfig stack = config.stack();
    this.config = config;
    this.parameters = p;
    this.device = device;
    if (config.input() instanceof ClassifierConfig.Tokens tokens) {
      Parameters at = p.at("token_emb");
      this.tokenEmbedding =
          at.declare("weight", Role.EMBEDDING, Init.normal(1), tokens.numTokens(), stack.dim());
      this.toDim = null;
    } else {
      this.tokenEmbedding = null;
      this.toDim = Linear.declareWithBias(p, "to_dim", channels(), stack.dim());
    }
    this.layers =
        config.bidirectional()
            ? Layers.bidirectional(p.at("layers"), stack, config.norm())
            : List.copyOf(Layers.causal(p.at("layers"), stack, config.norm()));
    this.norm = Norm.declare(config.norm(), p, "norm", stack.dim());
    this.toLogits = Linear.declareWithBias(p, "to_logits", stack.dim(), config.numClasses());
    this.toPlaceLogits =
        config.placeClasses() > 0
            ? Linear.declareWithBias(p, "to_place_logits", stack.dim(), config.placeClasses())
            : null;
  }

  /** A new model with weights drawn from a seed, on the CPU in float32. */
  public static SequenceClassifier create(ClassifierConfig config, long seed) {
    return of(config, Init.random(seed), Precision.FLOAT32, Tensors.device("cpu"));
  }

  /**
   * A model whose weights come from a source: a seed, or a checkpoint.
   *
   * @param source gives each parameter's value
   */
  public static SequenceClassifier of(
      ClassifierConfig config, Parameters.Source source, Precision precision, Device device) {
    return Parameters.make(
        source, precision, device, p -> new SequenceClassifier(config, p, device));
  }

  /** Its sizes and options. */
  public ClassifierConfig config() {
    return config;
  }

  /** The device of its weights. */
  public Device device() {
    return device;
  }

  /** Its parameters. */
  public List<Parameter> parameters() {
    return parameters.all();
  }

  /** Its layers, from the input to the pooling. */
  public List<SequenceLayer> layers() {
    return layers;
  }

  /**
   * The logits of sequences that all fill the length.
   *
   * @param input (B, L) ids, or (B, L, input_dim) numbers
   * @return (B, num_classes)
   */
  public Tensor logits(Tensor input) {
    check(input);
    Lengths full = Lengths.full(input.size(0), input.size(1), input);
    return head(norm.apply(hidden(input, full, true)), full);
  }

  /**
   * The logits of padded sequences.
   *
   * @param input (B, L) ids, or (B, L, input_dim) numbers
   * @param lengths of the B sequences, {@link Lengths#of}
   * @return (B, num_classes)
   */
  public Tensor logits(Tensor input, Lengths lengths) {
    check(input);
    if (lengths.each().size(0) != input.size(0)) {
      throw new IllegalArgumentException(
          "there are " + lengths.each().size(0) + " lengths for " + input.size(0) + " sequences");
    }
    return head(norm.apply(hidden(input, lengths, false)), lengths);
  }

  /**
   * The logits of every place.
   *
   * @param input (B, L) ids, or (B, L, input_dim) numbers
   * @param lengths of the B sequences
   * @return (B, L, place_classes); values at padding mean nothing
   * @throws IllegalStateException if the model tells no classes of places apart
   */
  public Tensor placeLogits(Tensor input, Lengths lengths) {
    check(input);
    return placeHead(norm.apply(hidden(input, lengths, false)));
  }

  /**
   * What the last layer gives.
   *
   * @param full whether nothing is padding, which is read faster
   */
  private Tensor hidden(Tensor input, Lengths lengths, boolean full) {
    Tensor x = embed(input, lengths);
    for (SequenceLayer layer : layers) {
      x = full ? layer.forward(x) : layer.forward(x, lengths); // (B, L, D)
    }
    return x;
  }

  /**
   * What the last layer gives, normalised as while sequences are learned from: a batch norm goes by
   * their statistics, and remembers them.
   *
   * @param x (B, L, D)
   * @param full whether nothing is padding
   */
  public Tensor learnNorm(Tensor x, Lengths lengths, boolean full) {
    return norm.learning(x, lengths, full).apply(x);
  }

  /**
   * The logits of every place, of what the last norm gives.
   *
   * @param normed (…, D)
   * @return (…, place_classes)
   */
  public Tensor placeHead(Tensor normed) {
    if (toPlaceLogits == null) {
      throw new IllegalStateException("place_classes is 0, expected a model with such classes");
    }
    return toPlaceLogits.apply(normed).to(parameters.precision().base());
  }

  /**
   * The logits of what the last norm gives.
   *
   * @param normed (B, L, D)
   * @return (B, num_classes)
   */
  public Tensor head(Tensor normed, Lengths lengths) {
    Tensor pooled =
        switch (config.pooling()) {
          case MEAN -> lengths.mean(normed);
          case MAX -> lengths.max(normed);
          case LAST -> lengths.last(normed);
        };
    return toLogits.apply(pooled).to(parameters.precision().base());
  }

  /**
   * What the first layer reads; padding is read as zeros, so that not even its rounding is seen.
   *
   * @param input (B, L) ids, or (B, L, input_dim) numbers
   * @return (B, L, D)
   */
  public Tensor embed(Tensor input, Lengths lengths) {
    Tensor padding = lengths.mask(input.size(1)).logical_not(); // (B, L)
    Tensor x =
        toDim == null
            ? torch.embedding(tokenEmbedding, input.masked_fill(padding, new Scalar(0L)))
            : toDim.apply(input.masked_fill(padding.unsqueeze(2), new Scalar(0.0)));
    return x.to(parameters.precision().base());
  }

  private int channels() {
    return ((ClassifierConfig.Values) config.input()).channels();
  }

  private void check(Tensor input) {
    boolean fits =
        toDim == null ? input.dim() == 2 : input.dim() == 3 && input.size(2) == channels();
    if (!fits || input.size(1) < 1) {
      throw new IllegalArgumentException(
          "input has shape "
              + Tensors.text(Tensors.shape(input))
              + ", expected "
              + (toDim == null
                  ? "(batch, length >= 1)"
                  : "(batch, length >= 1, " + channels() + ")"));
    }
  }

  /** Frees the weights. */
  @Override
  public void close() {
    parameters.release();
  }
}
