package io.github.gss4j.generation;

import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.model.ModelState;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Writes on from prompts, carrying the state: each token is read once, and the past never again, so
 * a token costs the same after a million tokens as after one.
 *
 * <p>Threads may share a generator. It keeps what it derives from the model's weights until {@link
 * #close()}, so make a new one when they have changed.
 */
public final class TextGenerator implements AutoCloseable {
  /** Prompts are read in blocks of this many tokens, so that memory does not grow with them. */
  private static final int BLOCK = 1024;

  private final LanguageModel model;
  private final Tokenizer tokenizer;
  private final LanguageModel.Constants constants;

  /** Hears of tokens as they are chosen. */
  @FunctionalInterface
  public interface Listener {
    /**
     * One more token.
     *
     * @param sequence its prompt's number
     * @param id the token; −1 when the sequence has ended and only held back text comes
     * @param text what may be shown by now: whole characters only; possibly empty
     */
    void token(int sequence, int id, String text);
  }

  /**
   * A generator for a model.
   *
   * @param tokenizer the model's own; null where only ids are wanted
   */
  public TextGenerator(LanguageModel model, Tokenizer tokenizer) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.constants = model.constants().keep();
  }

  /** Writes on from one text. */
  public Generated generate(String prompt, GenerationOptions options) {
    if (tokenizer == null) {
      throw new IllegalStateException("a text as prompt needs a tokenizer: give ids instead");
    }
    return generate(List.of(tokenizer.encode(prompt)), options, (s, id, text) -> {}).get(0);
  }

  /**
   * Writes on from prompts of any lengths, together.
   *
   * @return one result a prompt, in order
   */
  public List<Generated> generate(
      List<int[]> prompts, GenerationOptions options, Listener listener) {
    prompts.forEach(this::check);
    checkStop(options);
    try (PointerScope scope = new PointerScope();
        Batch batch = new Batch(options, listener)) {
      prompts.forEach(prompt -> batch.add(prompt, model.initialState(1)));
      return batch.run();
    }
  }

  private void checkStop(GenerationOptions options) {
    if (tokenizer == null && !options.stop().isEmpty()) {
      throw new IllegalArgumentException("stop texts need a tokenizer: use an end token instead");
    }
  }

  private void check(int[] prompt) {
    if (prompt.length == 0) {
      throw new IllegalArgumentException("the prompt is empty, expected at least one token");
    }
    int size = model.config().numTokens();
    for (int id : prompt) {
      if (id < 0 || id >= size) {
        throw new IllegalArgumentException(
            "prompt id " + id + " is out of range, expected 0 to " + (size - 1));
      }
    }
  }

  /**
   * Reads tokens into a state, block by block; what was pending is read first.
   *
   * @param state of one sequence, kept by the caller
   * @return the state after them, kept: the caller releases it
   */
  public ModelState read(int[] ids, ModelState state) {
    check(ids, state);
    try (PointerScope scope = new PointerScope()) {
      return prefill(withPending(state, ids), state).state;
    }
  }

  /**
   * What comes of going on from a state.
   *
   * @param generated the new tokens
   * @param state after them, kept: the caller releases it; the last token chosen is pending
   */
  public record Continued(Generated generated, ModelState state) {}

  /**
   * Writes on from a state, which stays as it was: call it again with another seed for another
   * continuation of the same text.
   *
   * @param state of one sequence, kept by the caller
   * @param more tokens to read first, after what is pending; may be empty where a token is pending
   */
  public Continued continueFrom(
      ModelState state, int[] more, GenerationOptions options, Listener listener) {
    check(more, state);
    checkStop(options);
    try (PointerScope scope = new PointerScope();
        Batch batch = new Batch(options, listener)) {
      batch.add(withPending(state, more), state);
      Generated generated = batch.run().get(0);
      return new Continued(generated, batch.lastState());
    }
  }

  /** The state before the first token of a text, kept: the caller releases it. */
  public ModelState initialState() {
    try (PointerScope scope = new PointerScope()) {
      return model.initialState(1).keep();
    }
  }

  private static int[] withPending(ModelState state, int[] ids) {
    return IntStream.concat(state.pending().get(0).stream(), Arrays.stream(ids)).toArray();
  }

  private void check(int[] ids, ModelState state) {
    if (state.batch() != 1) {
      throw new IllegalArgumentException(
          "the state is of " + state.batch() + " sequences, expected 1: select one of them");
    }
    check(withPending(state, ids));
  }

  private Prefilled prefill(int[] ids, ModelState start) {
    ModelState state = start.keep();
    float[] logits = null;
    for (int from = 0; from < ids.length; from += BLOCK) {
      int to = Math.min(ids.length, from + BLOCK);
      try (PointerScope scope = new PointerScope()) {
        Tensor block = ids(Arrays.copyOfRange(ids, from, to), 1);
        LanguageModel.Reading reading = model.read(block, state, constants);
        state.release();
        state = reading.state().keep();
        if (to == ids.length) {
          logits = Tensors.toFloats(model.head(reading.hidden().select(1, to - from - 1)));
        }
      }
    }
    return new Prefilled(logits, state);
  }

  /** The state after a prompt, kept, and the logits of what comes next. */
  private static final class Prefilled {
    private final float[] logits;
    private final ModelState state;

    Prefilled(float[] logits, ModelState state) {
      this.logits = logits;
      this.state = state;
    }
  }

  private Tensor ids(int[] ids, long batch) {
    return Tensors.of(Arrays.stream(ids).asLongStream().toArray(), batch, ids.length / batch)
        .to(model.device(), ScalarType.Long);
  }

  /** Frees what was derived from the model; the model itself stays. */
  @Override
  public void close() {
    constants.release();
  }

  /** Sequences on their way, one row of the state each. */
  private final class Batch implements AutoCloseable {
    private final GenerationOptions options;
    private final Listener listener;
    private final List<Sampler> samplers = new ArrayList<>();
    private final List<Transcript> transcripts = new ArrayList<>();
    private final List<float[]> firstLogits = new ArrayList<>();
    private final List<ModelState> states = new ArrayList<>();
    private ModelState state;
    private OptionalInt lastChosen = OptionalInt.empty();

    Batch(GenerationOptions options, Listener listener) {
      this.options = options;
      this.listener = listener;
    }

    void add(int[] prompt, ModelState from) {
      Sampler sampler =
          new Sampler(
              options.sampling(),
              samplers.size(),
              id -> tokenizer == null || tokenizer.isToken(id));
      Arrays.stream(prompt).forEach(sampler::note);
      samplers.add(sampler);
      transcripts.add(new Transcript(tokenizer, options.stop()));
      Prefilled prefilled = prefill(prompt, from);
      firstLogits.add(prefilled.logits);
      states.add(prefilled.state);
    }

    List<Generated> run() {
      state = ModelState.join(states).keep();
      int[] rows = IntStream.range(0, samplers.size()).toArray();
      float[][] logits = firstLogits.toArray(new float[0][]);
      while (rows.length > 0) {
        int[] chosen = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
          chosen[i] = choose(rows[i], logits[i]);
        }
        int[] alive = IntStream.range(0, rows.length).filter(i -> chosen[i] >= 0).toArray();
        int[] next = Arrays.stream(alive).map(i -> chosen[i]).toArray();
        if (next.length > 0) {
          logits = step(next, alive.length < rows.length ? alive : null);
        }
        int[] before = rows;
        rows = Arrays.stream(alive).map(i -> before[i]).toArray();
      }
      return transcripts.stream().map(Transcript::result).toList();
    }

    /** The state of the one sequence when it ended, kept, with its last token pending. */
    ModelState lastState() {
      return state.withPending(lastChosen).keep();
    }

    /** The next token of a sequence that goes on, or −1 if it has ended. */
    private int choose(int sequence, float[] logits) {
      Transcript transcript = transcripts.get(sequence);
      if (transcript.length() == options.maxNewTokens()) {
        return end(sequence, Generated.Reason.LENGTH);
      }
      int id = samplers.get(sequence).next(logits);
      lastChosen = OptionalInt.of(id);
      if (options.endToken().isPresent() && options.endToken().getAsInt() == id) {
        return end(sequence, Generated.Reason.END_TOKEN);
      }
      listener.token(sequence, id, transcript.accept(id));
      if (transcript.ended() || transcript.length() == options.maxNewTokens()) {
        return end(sequence, Generated.Reason.LENGTH);
      }
      return id;
    }

    private int end(int sequence, Generated.Reason reason) {
      String rest = transcripts.get(sequence).end(reason);
      if (!rest.isEmpty()) {
        listener.token(sequence, -1, rest);
      }
      return -1;
    }

    /** One token for every sequence that goes on. */
    private float[][] step(int[] tokens, int[] rowsLeft) {
      try (PointerScope scope = new PointerScope()) {
        ModelState from = rowsLeft == null ? state : state.select(rowsLeft);
        LanguageModel.Reading reading = model.read(ids(tokens, tokens.length), from, constants);
        float[] all = Tensors.toFloats(model.head(reading.hidden().select(1, 0)));
        state.release();
        state = reading.state().keep();
        int size = model.config().numTokens();
        float[][] logits = new float[tokens.length][];
        Arrays.setAll(logits, i -> Arrays.copyOfRange(all, i * size, (i + 1) * size));
        return logits;
      }
    }

    @Override
    public void close() {
      states.forEach(ModelState::release);
      if (state != null) {
        state.release();
      }
    }
  }
}
