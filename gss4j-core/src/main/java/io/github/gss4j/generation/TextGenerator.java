package io.github.gss4j.generation;

import io.github.gss4j.engine.InferenceModel;
import io.github.gss4j.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/** Continues prompts. Threads may share it. */
public final class TextGenerator {
  private final InferenceModel model;
  private final Tokenizer tokenizer;

  /** Is called for tokens as they are chosen. */
  @FunctionalInterface
  public interface Listener {
    /**
     * One more token.
     *
     * @param sequence its prompt's number
     * @param id the token; −1 when the sequence has ended and only held back text comes
     * @param text what may be shown so far: whole characters only; possibly empty
     */
    void token(int sequence, int id, String text);
  }

  /**
   * A generator for a model.
   *
   * @param tokenizer the model's own; null where only ids are wanted
   */
  public TextGenerator(InferenceModel model, Tokenizer tokenizer) {
    this.model = model;
    this.tokenizer = tokenizer;
  }

  /** Continues one text. */
  public Generated generate(String prompt, GenerationOptions options) {
    try (Session session = Session.start(model, tokenizer)) {
      return session.generate(prompt, options);
    }
  }

  /**
   * Continues several prompts together, of any lengths. Each draws independently, the first from
   * the seed of the options.
   *
   * @return one result per prompt, in order
   */
  public List<Generated> generate(
      List<int[]> prompts, GenerationOptions options, Listener listener) {
    List<DecodingRow> rows = new ArrayList<>();
    try (DecodingBatch batch = new DecodingBatch(model, tokenizer, Session.BLOCK)) {
      for (int[] prompt : prompts) {
        Sampling sampling = options.sampling().forSequence(rows.size());
        rows.add(
            batch.join(prompt, options.withSampling(sampling), telling(listener, rows.size())));
      }
      batch.run();
    }
    return rows.stream().map(DecodingRow::result).toList();
  }

  /** A listener that names the sequence. */
  public static DecodingListener telling(Listener listener, int sequence) {
    return new DecodingListener() {
      @Override
      public boolean token(Token token) {
        listener.token(sequence, token.id(), token.text());
        return true;
      }

      @Override
      public void ended(String rest, Generated result) {
        if (!rest.isEmpty()) {
          listener.token(sequence, -1, rest);
        }
      }
    };
  }
}
