package io.github.gss4j.langchain4j;

import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import io.github.gss4j.GssModel;
import io.github.gss4j.generation.DecodingListener;
import io.github.gss4j.generation.Generated;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Session;
import java.util.function.Consumer;

/**
 * A text that a model wrote after a prompt.
 *
 * @param text what it wrote
 * @param usage how many tokens were read and written
 * @param reason why it ended
 */
record Writing(String text, TokenUsage usage, FinishReason reason) {
  /**
   * Continues a prompt.
   *
   * @param piece is given each piece of the text
   */
  static Writing of(
      GssModel model, String prompt, GenerationOptions options, Consumer<String> piece) {
    int[] ids = model.encode(prompt);
    try (Session session = model.session()) {
      Generated generated = session.generate(ids, options, DecodingListener.text(piece));
      return new Writing(
          generated.text(),
          new TokenUsage(ids.length, generated.ids().size()),
          generated.reason() == Generated.Reason.LENGTH ? FinishReason.LENGTH : FinishReason.STOP);
    }
  }

  /** It as language models answer. */
  Response<String> response() {
    return Response.from(text, usage, reason);
  }
}
