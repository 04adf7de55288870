package io.github.gss4j.serve.api;

import io.github.gss4j.engine.Scores;
import io.github.gss4j.tokenizer.StreamDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What one choice has written and is not sent yet. For one thread. */
public final class Part {
  private final TokenNames names;
  private final StreamDecoder decoder = new StreamDecoder();
  private final StringBuilder text = new StringBuilder();
  private final List<Integer> ids = new ArrayList<>();
  private final List<Entry> entries = new ArrayList<>();
  private int offset;
  private int written;
  private double logProbability;
  private String finishReason;
  private Optional<String> state = Optional.empty();

  /** A choice of which nothing is known. */
  public Part(TokenNames names) {
    this.names = names;
  }

  /** More text. */
  public void text(String more) {
    text.append(more);
  }

  /**
   * The prompt's tokens, where it is echoed.
   *
   * @param scores empty where not asked for
   */
  public void prompt(int[] prompt, Optional<Scores> scores) {
    for (int i = 0; i < prompt.length; i++) {
      if (scores.isPresent()) {
        entry(prompt[i], scores.get().logProbability(i), scores.get().top(i));
      } else {
        count(prompt[i]);
      }
    }
  }

  /** A token that was written. */
  public void token(int id, double score, List<Scores.Likely> top) {
    ids.add(id);
    written++;
    logProbability += score;
    entry(id, score, top);
  }

  private void entry(int id, double score, List<Scores.Likely> top) {
    entries.add(new Entry(id, score, top, offset));
    count(id);
  }

  private void count(int id) {
    String shown = decoder.accept(names.bytes(id));
    offset += shown.codePointCount(0, shown.length());
  }

  /**
   * The end.
   *
   * @param keptState the state's id
   */
  public void end(String reason, Optional<String> keptState) {
    finishReason = reason;
    state = keptState;
  }

  /**
   * Whether there is nothing to send.
   *
   * @param withTokens whether tokens that have no text yet are sent
   */
  public boolean isEmpty(boolean withTokens) {
    return text.isEmpty() && finishReason == null && (!withTokens || entries.isEmpty());
  }

  /** The text. */
  String text() {
    return text.toString();
  }

  /** The tokens that were written. */
  List<Integer> ids() {
    return List.copyOf(ids);
  }

  /** All tokens. */
  List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** {@code stop} or {@code length}; null where the choice continues. */
  String finishReason() {
    return finishReason;
  }

  /** The id of the state that was kept. */
  Optional<String> state() {
    return state;
  }

  /** The mean logarithm of a token's probability: which choices are best. */
  public double meanLogProbability() {
    return written == 0 ? Double.NEGATIVE_INFINITY : logProbability / written;
  }

  /** Empties it once it is sent. */
  public void clear() {
    text.setLength(0);
    ids.clear();
    entries.clear();
  }
}
