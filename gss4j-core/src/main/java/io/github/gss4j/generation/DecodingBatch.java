package io.github.gss4j.generation;

import io.github.gss4j.config.Checks;
import io.github.gss4j.engine.InferenceModel;
import io.github.gss4j.engine.Rows;
import io.github.gss4j.engine.SequenceState;
import io.github.gss4j.tokenizer.Tokenizer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Predicate;

/**
 * Sequences that one model writes together. Each has its own prompt or session, sampling, seed,
 * stops, limit and listener; it joins and leaves between steps, and writes what it would alone, to
 * the rounding of the products that a batch shares.
 *
 * <p>One thread steps the batch. {@link #step} gives every sequence that writes one token, and
 * reads one slice of one prompt: a long prompt holds the others up by one slice at a time.
 */
public final class DecodingBatch implements AutoCloseable {
  private final InferenceModel model;
  private final Tokenizer tokenizer;
  private final int sliceTokens;
  private final Rows rows;

  /** In the order of {@link #rows}. */
  private final List<DecodingRow> writing = new ArrayList<>();

  private final Deque<DecodingRow> reading = new ArrayDeque<>();
  private final List<DecodingRow> paused = new ArrayList<>();

  /**
   * An empty batch.
   *
   * @param tokenizer the model's own; null where only ids are wanted
   * @param sliceTokens how many tokens of a prompt are read in one step
   */
  public DecodingBatch(InferenceModel model, Tokenizer tokenizer, int sliceTokens) {
    Checks.atLeast(1, "sliceTokens", sliceTokens);
    this.model = model;
    this.tokenizer = tokenizer;
    this.sliceTokens = sliceTokens;
    this.rows = model.rows();
  }

  /**
   * Adds a sequence.
   *
   * @param prompt at least one token
   * @param listener is called for each token, and can stop
   * @throws IllegalArgumentException if the prompt is empty or has an id that is no token's, or
   *     stop texts are given without a tokenizer
   */
  public DecodingRow join(int[] prompt, GenerationOptions options, DecodingListener listener) {
    Session session = Session.start(model, tokenizer);
    try {
      return join(session, true, prompt, options, listener);
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  /**
   * Adds a sequence that continues from a session, which is the batch's until the sequence has
   * ended and has then read all that was written.
   *
   * @param more tokens to read first; possibly none
   * @throws IllegalArgumentException as {@link #join(int[], GenerationOptions, DecodingListener)}
   */
  public DecodingRow join(
      Session session, int[] more, GenerationOptions options, DecodingListener listener) {
    return join(session, false, more, options, listener);
  }

  private DecodingRow join(
      Session session,
      boolean own,
      int[] more,
      GenerationOptions options,
      DecodingListener listener) {
    if (tokenizer == null && !options.stop().isEmpty()) {
      throw new IllegalArgumentException("stop texts need a tokenizer: use an end token instead");
    }
    int[] prompt = session.withPending(more);
    if (prompt.length == 0 && session.knownLogits() == null) {
      throw new IllegalArgumentException("the prompt is empty, expected at least one token");
    }
    DecodingRow row = new DecodingRow(session, own, prompt, tokenizer, options, listener);
    if (row.phase() == DecodingRow.Phase.WRITING) {
      paused.add(row); // nothing to read: it continues at once
    } else {
      reading.add(row);
    }
    return row;
  }

  /** How many sequences have not ended. */
  public int size() {
    return writing.size() + reading.size() + paused.size();
  }

  /** Steps until all sequences have ended. Paused ones would never end: resume them first. */
  public void run() {
    while (step()) {
      // each step does what there is to do
    }
  }

  /**
   * One token for each sequence that writes, and one slice of a prompt.
   *
   * @return whether anything is left to do; false where all that is left is paused
   */
  public boolean step() {
    endCancelled();
    setAsidePaused();
    enterResumed();
    write();
    readSlice();
    return !writing.isEmpty()
        || reading.stream().anyMatch(row -> !row.isPaused())
        || paused.stream().anyMatch(row -> !row.isPaused());
  }

  private void endCancelled() {
    List<DecodingRow> cancelled = leave(DecodingRow::isCancelled);
    for (Collection<DecodingRow> waiting : List.of(reading, paused)) {
      waiting.stream().filter(DecodingRow::isCancelled).forEach(cancelled::add);
      waiting.removeIf(DecodingRow::isCancelled);
    }
    for (DecodingRow row : cancelled) {
      row.end(Generated.Reason.CANCELLED);
      row.finish(OptionalInt.empty());
    }
  }

  private void setAsidePaused() {
    paused.addAll(leave(DecodingRow::isPaused));
  }

  private void enterResumed() {
    List<DecodingRow> back = paused.stream().filter(row -> !row.isPaused()).toList();
    paused.removeAll(back);
    enter(back);
  }

  private void enter(List<DecodingRow> joining) {
    if (!joining.isEmpty()) {
      rows.add(joining.stream().map(row -> row.session().take()).toList());
      writing.addAll(joining);
    }
  }

  /** Takes rows out of the steps; their sessions have their states again. */
  private List<DecodingRow> leave(Predicate<DecodingRow> condition) {
    List<DecodingRow> leaving = new ArrayList<>(writing.stream().filter(condition).toList());
    if (!leaving.isEmpty()) {
      int[] numbers = leaving.stream().mapToInt(writing::indexOf).toArray();
      List<SequenceState> states = rows.remove(numbers);
      for (int i = 0; i < numbers.length; i++) {
        DecodingRow row = leaving.get(i);
        row.session().give(states.get(i), row.logits(), OptionalInt.empty());
      }
      writing.removeAll(leaving);
    }
    return leaving;
  }

  private void write() {
    if (writing.isEmpty()) {
      return;
    }
    List<DecodingRow> ended = new ArrayList<>();
    List<OptionalInt> last = new ArrayList<>();
    int[] chosen = new int[writing.size()];
    int count = 0;
    for (DecodingRow row : writing) {
      OptionalInt token = choose(row);
      if (row.ended()) {
        ended.add(row);
        last.add(token);
      } else {
        chosen[count++] = token.getAsInt();
      }
    }
    leave(ended::contains);
    for (int i = 0; i < ended.size(); i++) {
      ended.get(i).finish(last.get(i));
    }
    if (count > 0) {
      float[][] logits = new float[count][];
      for (int i = 0; i < count; i++) {
        logits[i] = writing.get(i).logits();
      }
      rows.step(Arrays.copyOf(chosen, count), logits);
    }
  }

  private OptionalInt choose(DecodingRow row) {
    try {
      OptionalInt token = row.choose();
      if (!row.ended() && row.tokens() > model.config().maxSeqLen().orElse(Integer.MAX_VALUE)) {
        throw new IllegalArgumentException(
            "the text has %d tokens, expected at most max_seq_len = %d"
                .formatted(row.tokens(), model.config().maxSeqLen().getAsInt()));
      }
      return token;
    } catch (RuntimeException e) {
      row.fail(e);
      return OptionalInt.empty();
    }
  }

  private void readSlice() {
    DecodingRow row = nextToRead();
    if (row == null) {
      return;
    }
    try {
      row.readSlice(sliceTokens);
    } catch (RuntimeException e) {
      row.fail(e);
      row.finish(OptionalInt.empty());
      return;
    }
    if (row.phase() == DecodingRow.Phase.WRITING) {
      enter(List.of(row));
    } else {
      reading.add(row); // behind the others: prompts take turns
    }
  }

  private DecodingRow nextToRead() {
    for (int i = reading.size(); i > 0; i--) {
      DecodingRow row = reading.remove();
      if (!row.isPaused()) {
        return row;
      }
      reading.add(row);
    }
    return null;
  }

  /**
   * A session of its own that has read all that a sequence has read and written so far.
   *
   * @throws IllegalStateException if its prompt is not read yet, or it has ended
   */
  public Session fork(DecodingRow row) {
    int number = writing.indexOf(row);
    if (number >= 0) {
      return Session.of(model, tokenizer, rows.fork(number), row.logits());
    } else if (paused.contains(row)) {
      return row.session().fork();
    }
    throw new IllegalStateException(
        "the sequence "
            + (row.ended() ? "has ended" : "has not read its prompt")
            + ": fork one that writes");
  }

  /** Ends all sequences as cancelled and frees their states; sessions that joined stay open. */
  @Override
  public void close() {
    reading.forEach(DecodingRow::cancel);
    paused.forEach(DecodingRow::cancel);
    writing.forEach(DecodingRow::cancel);
    endCancelled();
    rows.close();
  }
}
