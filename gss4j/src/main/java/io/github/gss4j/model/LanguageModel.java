package io.github.gss4j.model;

import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.layers.CausalLayer;
import io.github.gss4j.layers.Init;
import io.github.gss4j.layers.LayerNorm;
import io.github.gss4j.layers.Layers;
import io.github.gss4j.layers.Linear;
import io.github.gss4j.layers.MixerOutput;
import io.github.gss4j.layers.MixerState;
import io.github.gss4j.layers.Parameter;
import io.github.gss4j.layers.Parameters;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.layers.Recurrence;
import io.github.gss4j.layers.Role;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A language model: token embedding, causal layers, logits.
 *
 * <pre>
 * x = embedding(ids);  x = layer(x) for each layer;  logits = W·[LN](x)
 * </pre>
 *
 * <table>
 * <caption>Shapes</caption>
 * <tr><td>ids</td><td>(B, L) of 64-bit integers</td></tr>
 * <tr><td>hidden</td><td>(B, L, D)</td></tr>
 * <tr><td>logits</td><td>(B, L, num_tokens)</td></tr>
 * </table>
 *
 * <p>The model owns its weights until {@link #close()} and is immutable in use: threads may share
 * it, each with its own {@link ModelState}. Only an optimizer changes weights, in place.
 */
public final class LanguageModel implements AutoCloseable {
  private final ModelConfig config;
  private final Parameters parameters;
  private final Device device;
  private final Tensor tokenEmbedding;
  private final List<CausalLayer> layers;
  private final LayerNorm headNorm;
  private final Linear toLogits;

  private LanguageModel(ModelConfig config, Parameters p, Device device) {
    this.config = config;
    this.parameters = p;
    this.device = device;
    this.tokenEmbedding =
        p.at("token_emb")
            .declare("weight", Role.EMBEDDING, Init.normal(1), config.numTokens(), config.dim());
    this.layers = Layers.causal(p.at("layers"), config.stack());
    this.headNorm = config.finalNorm() ? LayerNorm.declare(p, "to_logits.0", config.dim()) : null;
    String name = config.finalNorm() ? "to_logits.1" : "to_logits";
    this.toLogits =
        config.tieEmbeddings()
            ? new Linear(tokenEmbedding, null, p.precision().products())
            : Linear.declare(p, name, config.dim(), config.numTokens());
  }

  /** A new model with weights drawn from a seed, on the CPU in float32. */
  public static LanguageModel create(ModelConfig config, long seed) {
    return of(config, Init.random(seed), Precision.FLOAT32, Tensors.device("cpu"));
  }

  /**
   * A model whose weights come from a source: a seed, or a checkpoint.
   *
   * @param source gives each parameter's value
   */
  public static LanguageModel of(
      ModelConfig config, Parameters.Source source, Precision precision, Device device) {
    return Parameters.make(source, precision, device, p -> new LanguageModel(config, p, device));
  }

  /**
   * The names and shapes of the parameters that a configuration has, without making them.
   *
   * @return in the order of declaration
   */
  public static Map<String, List<Long>> shapes(ModelConfig config) {
    return Parameters.shapes(
        (source, nowhere) -> of(config, source, Precision.FLOAT32, nowhere).close());
  }

  /** Its sizes and options. */
  public ModelConfig config() {
    return config;
  }

  /** Its dtypes. */
  public Precision precision() {
    return parameters.precision();
  }

  /** The device of its weights. */
  public Device device() {
    return device;
  }

  /** Its parameters, under the published names. */
  public List<Parameter> parameters() {
    return parameters.all();
  }

  /** How many trainable numbers it has. */
  public long parameterCount() {
    return parameters().stream().mapToLong(p -> p.value().numel()).sum();
  }

  /** Its layers, from the embedding to the logits. */
  public List<CausalLayer> layers() {
    return layers;
  }

  /**
   * The vectors of tokens.
   *
   * @param ids (B, L)
   * @return (B, L, D)
   */
  public Tensor embed(Tensor ids) {
    return torch.embedding(tokenEmbedding, ids).to(precision().base());
  }

  /**
   * The logits of hidden vectors.
   *
   * @param hidden (…, D)
   * @return (…, num_tokens)
   */
  public Tensor head(Tensor hidden) {
    Tensor normed = headNorm == null ? hidden : headNorm.apply(hidden);
    return toLogits.apply(normed).to(precision().base());
  }

  /**
   * The logits after each token of whole sequences, from the zero state.
   *
   * @param ids (B, L), L ≥ 1
   * @return (B, L, num_tokens)
   */
  public Tensor logits(Tensor ids) {
    return head(hidden(ids));
  }

  /**
   * The hidden vectors after each token of whole sequences, from the zero state: {@link #head}
   * gives the logits.
   *
   * @param ids (B, L), L ≥ 1
   * @return (B, L, D)
   */
  public Tensor hidden(Tensor ids) {
    checkIds(ids);
    Tensor x = embed(ids);
    for (CausalLayer layer : layers) {
      Tensor in = x;
      x = Scopes.scoped(() -> layer.forward(in));
    }
    return x;
  }

  /** The state before the first token, for a batch of sequences. */
  public ModelState initialState(long batch) {
    return new ModelState(
        layers.stream().map(layer -> layer.initialState(batch)).toList(),
        Collections.nCopies(Math.toIntExact(batch), 0L));
  }

  /**
   * What reading needs of the weights, taken once for many reads: keep it for as long as the
   * weights do not change.
   */
  public Constants constants() {
    try (NoGradGuard noGradient = new NoGradGuard()) {
      return new Constants(layers.stream().map(CausalLayer::recurrence).toList());
    }
  }

  /**
   * The layers' recurrent forms.
   *
   * @param layers as {@link CausalLayer#recurrence} gives them
   */
  public record Constants(List<Recurrence> layers) {
    /** Keeps them alive beyond the scope they were made in, until {@link #release()}. */
    public Constants keep() {
      layers.forEach(Recurrence::keep);
      return this;
    }

    /** Releases what {@link #keep()} kept. */
    public void release() {
      layers.forEach(Recurrence::release);
    }
  }

  /**
   * The result of reading tokens.
   *
   * @param hidden (B, L, D): {@link LanguageModel#head} gives the logits
   * @param state after the last token
   */
  public record Output(Tensor hidden, ModelState state) {}

  /**
   * Reads L ≥ 1 tokens into a state, recording nothing for a backward pass. {@code read(a ++ b, s)}
   * equals {@code read(b, read(a, s).state)} for every split.
   *
   * @param ids (B, L)
   * @param state of the same B
   * @param constants of the present weights
   */
  public Output read(Tensor ids, ModelState state, Constants constants) {
    checkIds(ids);
    PointerScope outer = PointerScope.getInnerScope();
    Tensor x = Scopes.withoutGradient(() -> embed(ids));
    List<MixerState> next = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      MixerOutput mixed =
          mixInScope(layers.get(i), x, state.layers().get(i), constants.layers().get(i));
      attach(outer, mixed);
      x = mixed.output();
      next.add(mixed.state());
    }
    return new Output(x, state.next(next, ids.size(1)));
  }

  private static MixerOutput mixInScope(
      CausalLayer layer, Tensor x, MixerState state, Recurrence recurrence) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGradient = new NoGradGuard()) {
      MixerOutput mixed = layer.mix(x, state, recurrence);
      mixed.output().retainReference();
      mixed.state().keep();
      return mixed;
    }
  }

  private static void attach(PointerScope outer, MixerOutput mixed) {
    if (outer != null) {
      outer.attach(mixed.output());
      mixed.state().tensors().forEach(outer::attach);
      mixed.output().releaseReference();
      mixed.state().release();
    }
  }

  private void checkIds(Tensor ids) {
    if (ids.dim() != 2 || ids.size(1) < 1) {
      throw new IllegalArgumentException(
          "ids have shape " + Tensors.text(Tensors.shape(ids)) + ", expected (batch, length >= 1)");
    }
  }

  /** Frees the weights. */
  @Override
  public void close() {
    parameters.release();
  }
}
