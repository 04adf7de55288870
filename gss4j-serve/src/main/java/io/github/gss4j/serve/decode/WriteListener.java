package io.github.gss4j.serve.decode;

import io.github.gss4j.engine.Scores;
import io.github.gss4j.generation.Generated;
import io.github.gss4j.generation.Token;
import java.util.Optional;

/** Is called for a {@link WriteJob} on the decode thread: return quickly. */
public interface WriteListener {
  /**
   * The prompt is read.
   *
   * @param cachedTokens how many of its tokens were known before
   * @param scores of its tokens; empty where not asked for
   */
  void read(int cachedTokens, Optional<Scores> scores);

  /** One more token of a choice. */
  void token(int choice, Token token);

  /** The end token was chosen: the choice ends, and the token is no part of its text. */
  void endToken(int choice, Token token);

  /**
   * A choice has ended.
   *
   * @param rest text that was held back until now
   * @param kept the state that has read it all; empty where not asked for
   */
  void ended(int choice, String rest, Generated result, Optional<KeptState> kept);

  /** All choices that have not ended end by an error. */
  void failed(RuntimeException error);
}
