package io.github.gss4j.generation;

import java.util.List;

/**
 * The result of one prompt.
 *
 * @param ids the new tokens, without the end token
 * @param text their text, cut before a stop text; empty where there is no tokenizer
 * @param reason why it ended
 */
public record Generated(List<Integer> ids, String text, Reason reason) {
  /** Why a sequence ended. */
  public enum Reason {
    /** It has as many tokens as were asked for. */
    LENGTH,
    /** The end token was chosen. */
    END_TOKEN,
    /** A stop text was written. */
    STOP_TEXT,
    /** It was cancelled. */
    CANCELLED
  }

  /** Copies the ids. */
  public Generated {
    ids = List.copyOf(ids);
  }
}
