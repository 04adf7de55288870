package io.github.gss4j;

import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.engine.Engine;
import io.github.gss4j.engine.InferenceModel;
import io.github.gss4j.generation.DecodingBatch;
import io.github.gss4j.generation.DecodingListener;
import io.github.gss4j.generation.Generated;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Sampling;
import io.github.gss4j.generation.Session;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.tokenizer.Tokenizers;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * A language model with its tokenizer, ready to write: weights and tokenizer belong together.
 *
 * <pre>{@code
 * try (GssModel gss = GssModel.load("runs/mine")) {
 *   System.out.println(gss.generate("public class ", Sampling.seeded(42)));
 * }
 * }</pre>
 *
 * <p>Threads share it, each with its own {@link Session}. Needs an engine on the class path: {@code
 * io.github.gss4j:gss4j-java}, {@code io.github.gss4j:gss4j} (libtorch), or both.
 */
public final class GssModel implements AutoCloseable {
  /** How many tokens are written by default. */
  public static final int MAX_NEW_TOKENS = 256;

  private final InferenceModel model;
  private final Optional<Tokenizer> tokenizer;

  private GssModel(InferenceModel model, Optional<Tokenizer> tokenizer) {
    this.model = model;
    this.tokenizer = tokenizer;
  }

  /**
   * Loads a model in float32, on the CPU, with the engine that is there.
   *
   * @param model a run's or a model's directory, a file of weights, or {@code hf:OWNER/NAME}, which
   *     is fetched into the hub's cache first
   * @throws io.github.gss4j.checkpoint.CheckpointException if a file is missing or damaged
   */
  public static GssModel load(String model) {
    return load(model, LoadOptions.defaults());
  }

  /** Loads a model from a path. */
  public static GssModel load(Path model) {
    return load(model.toString());
  }

  /** Loads a model as the options say. */
  public static GssModel load(String model, LoadOptions options) {
    return load(StoredModel.open(model, options.hub(), options.progress()), options);
  }

  /** Loads a model that was opened before. */
  public static GssModel load(StoredModel stored, LoadOptions options) {
    ModelConfig config = stored.config();
    Optional<Tokenizer> tokenizer =
        Tokenizers.ofModel(stored.directory(), config.tokenizer(), config.numTokens());
    try {
      InferenceModel model =
          Engine.choose(options.engine(), config, options.forEngine())
              .load(stored, options.forEngine());
      return new GssModel(model, tokenizer);
    } catch (RuntimeException e) {
      tokenizer.ifPresent(Tokenizer::close);
      throw e;
    }
  }

  /** Its sizes and options. */
  public ModelConfig config() {
    return model.config();
  }

  /** Expert: the model in its engine's memory. */
  public InferenceModel model() {
    return model;
  }

  /** Its tokenizer; empty where nothing says which that is. */
  public Optional<Tokenizer> tokenizer() {
    return tokenizer;
  }

  /** The token that ends a text, where the model's tokenizer has one. */
  public OptionalInt endToken() {
    return tokenizer.map(Tokenizer::endOfText).orElse(OptionalInt.empty());
  }

  /** A number of tokens at most, ending at the model's end token. */
  public GenerationOptions options(int maxNewTokens, Sampling sampling) {
    return GenerationOptions.of(maxNewTokens, sampling).withEndToken(endToken());
  }

  /** Continues a prompt, {@value #MAX_NEW_TOKENS} tokens at most. */
  public String generate(String prompt, Sampling sampling) {
    return generate(prompt, options(MAX_NEW_TOKENS, sampling)).text();
  }

  /** Continues a prompt. */
  public Generated generate(String prompt, GenerationOptions options) {
    return write(prompt, options, DecodingListener.SILENT);
  }

  /**
   * Continues a prompt and passes on each piece of text as it is generated.
   *
   * @param piece whole characters; all of them together are the text
   */
  public Generated stream(String prompt, GenerationOptions options, Consumer<String> piece) {
    return write(prompt, options, DecodingListener.text(piece));
  }

  /**
   * Continues a prompt.
   *
   * @param listener is called for each token, and can stop
   */
  public Generated write(String prompt, GenerationOptions options, DecodingListener listener) {
    try (Session session = session()) {
      return session.generate(encode(prompt), options, listener);
    }
  }

  /**
   * The ids of a text; an empty one is the start of a text where there is a token for it.
   *
   * @throws IllegalStateException if the model names no tokenizer
   */
  public int[] encode(String text) {
    return text.isEmpty() && endToken().isPresent()
        ? new int[] {endToken().getAsInt()}
        : known().encode(text);
  }

  private Tokenizer known() {
    return tokenizer.orElseThrow(
        () ->
            new IllegalStateException(
                "the model names no tokenizer: use a session and ids, or set \"tokenizer\" in its"
                    + " config.json"));
  }

  /**
   * The logits after each token of a text.
   *
   * @return (tokens, vocabulary)
   */
  public float[][] logits(String text) {
    try (Session session = session()) {
      return session.logits(known().encode(text));
    }
  }

  /**
   * A text as one vector: the mean of the final hidden vectors of its tokens.
   *
   * @return (D)
   */
  public float[] embedding(String text) {
    try (Session session = session()) {
      float[][] vectors = session.hidden(encode(text));
      float[] mean = new float[model.config().dim()];
      for (float[] vector : vectors) {
        for (int i = 0; i < mean.length; i++) {
          mean[i] += vector[i] / vectors.length;
        }
      }
      return mean;
    }
  }

  /** A text to read, fork, save and continue from. */
  public Session session() {
    return Session.start(model, tokenizer.orElse(null));
  }

  /** A session that {@link Session#save} kept. */
  public Session session(Path saved) {
    return Session.load(saved, model, tokenizer.orElse(null));
  }

  /**
   * Sequences to write together.
   *
   * @param sliceTokens how many tokens of a prompt are read between two steps of the others
   */
  public DecodingBatch batch(int sliceTokens) {
    return new DecodingBatch(model, tokenizer.orElse(null), sliceTokens);
  }

  /** Frees weights and tokenizer. */
  @Override
  public void close() {
    model.close();
    tokenizer.ifPresent(Tokenizer::close);
  }
}
