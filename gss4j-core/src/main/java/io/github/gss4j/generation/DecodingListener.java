package io.github.gss4j.generation;

import java.util.function.Consumer;

/** Is called for one sequence as it is generated, on the thread that steps the batch. */
@FunctionalInterface
public interface DecodingListener {
  /** Ignores everything. */
  DecodingListener SILENT = token -> true;

  /**
   * Passes on the text as it is generated.
   *
   * @param piece takes whole characters; all pieces together are the text
   */
  static DecodingListener text(Consumer<String> piece) {
    return new DecodingListener() {
      @Override
      public boolean token(Token token) {
        show(token.text());
        return true;
      }

      @Override
      public void ended(String rest, Generated result) {
        show(rest);
      }

      private void show(String text) {
        if (!text.isEmpty()) {
          piece.accept(text);
        }
      }
    };
  }

  /**
   * One more token.
   *
   * @return false to have no more: the sequence ends as cancelled
   */
  boolean token(Token token);

  /**
   * The end token was chosen: {@link #ended} follows.
   *
   * @param token is not part of the text
   */
  default void endToken(Token token) {}

  /**
   * The end.
   *
   * @param rest text that was held back until now; often empty
   * @param result all of it
   */
  default void ended(String rest, Generated result) {}

  /**
   * The end by an error: the model's logits are not numbers, or a state is too long.
   *
   * @param error what happened; other sequences continue
   */
  default void failed(RuntimeException error) {}
}
