package io.github.gss4j.serve.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.GssModel;
import io.github.gss4j.generation.GenerationOptions;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What {@code POST /v1/completions} asks for.
 *
 * @param prompts the ids of each prompt
 * @param options how each continues
 * @param n choices of a prompt
 * @param bestOf texts of a prompt, of which the n likeliest are given
 * @param logprobs how many of the likeliest tokens to name in each place
 * @param echo whether a choice begins with its prompt
 * @param output in what form
 * @param state the state to continue from
 * @param returnState whether the state of each choice is kept
 */
public record CompletionRequest(
    List<int[]> prompts,
    GenerationOptions options,
    int n,
    int bestOf,
    OptionalInt logprobs,
    boolean echo,
    Output output,
    Optional<String> state,
    boolean returnState) {
  private static final int MOST_LOGPROBS = 5;

  /**
   * The form of a response.
   *
   * @param stream in pieces
   * @param includeUsage numbers of tokens in a stream too
   * @param tokenIds ids beside the text
   */
  public record Output(boolean stream, boolean includeUsage, boolean tokenIds) {
    static Output read(Fields fields) {
      boolean stream = fields.flag("stream");
      Optional<Fields> options = fields.object("stream_options");
      if (options.isPresent() && !stream) {
        throw ApiException.bad(
            "stream_options", "'stream_options' is given without 'stream': true");
      }
      boolean usage = options.map(o -> o.flag("include_usage")).orElse(false);
      options.ifPresent(o -> o.ignore("include_obfuscation").refuseUnknown());
      return new Output(stream, usage, fields.flag("return_token_ids"));
    }
  }

  /**
   * Reads a request.
   *
   * @param models the names by which the model goes
   * @throws ApiException if it makes no sense
   */
  public static CompletionRequest read(
      ObjectNode body, GssModel model, Models models, Limits limits) {
    Fields fields = new Fields(body);
    models.check(fields);
    fields.ignore("user");
    if (!fields.text("suffix").orElse("").isEmpty()) {
      throw ApiException.bad(
          "suffix", "'suffix' is given, and the model writes forwards only: leave it out");
    }
    Optional<String> state = fields.text("state");
    int n = fields.integer("n", 1, limits.choices()).orElse(1L).intValue();
    int bestOf = fields.integer("best_of", 1, limits.choices()).orElse((long) n).intValue();
    OptionalInt logprobs =
        fields
            .integer("logprobs", 0, MOST_LOGPROBS)
            .map(top -> OptionalInt.of(top.intValue()))
            .orElse(OptionalInt.empty());
    boolean echo = fields.flag("echo");
    Output output = Output.read(fields);
    boolean returnState = fields.flag("return_state");
    GenerationOptions options = SamplingFields.read(fields, model, limits, "max_tokens");
    if (logprobs.isPresent() || bestOf > n) {
      options = options.withLogProbabilities(logprobs.orElse(0));
    }
    List<int[]> prompts = prompts(fields, state.isPresent(), model, limits);
    fields.refuseUnknown();
    if (bestOf < n) {
      throw ApiException.bad(
          "best_of", "'best_of' is %d, expected at least n = %d".formatted(bestOf, n));
    }
    if (bestOf > n && output.stream()) {
      throw ApiException.bad(
          "best_of", "'best_of' is above 'n' in a stream: which are best is known at the end only");
    }
    if (bestOf > n && returnState) {
      throw ApiException.bad("best_of", "'best_of' is above 'n' with 'return_state': give n alone");
    }
    return new CompletionRequest(
        prompts, options, n, bestOf, logprobs, echo, output, state, returnState);
  }

  private static List<int[]> prompts(
      Fields fields, boolean continues, GssModel model, Limits limits) {
    if (continues && fields.any("prompt").map(CompletionRequest::isNothing).orElse(true)) {
      return List.of(new int[0]);
    }
    return new Prompts(model, limits, "prompt").of(fields.required("prompt"));
  }

  private static boolean isNothing(JsonNode prompt) {
    return (prompt.isArray() && prompt.isEmpty())
        || (prompt.isTextual() && prompt.textValue().isEmpty());
  }

  /** Whether the prompt's own tokens are scored. */
  public boolean scoresPrompt() {
    return echo && logprobs.isPresent();
  }
}
