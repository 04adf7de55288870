package io.github.gss4j.serve.api;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** How many tokens a request has read and written. For one thread. */
public final class Usage {
  private long promptTokens;
  private long cachedTokens;
  private long completionTokens;

  /** A prompt was read. */
  public void prompt(int tokens, int cached) {
    promptTokens += tokens;
    cachedTokens += cached;
  }

  /** A token was written. */
  public void written() {
    completionTokens++;
  }

  /** Its form in responses. */
  public ObjectNode toJson() {
    ObjectNode json =
        Json.object()
            .put("prompt_tokens", promptTokens)
            .put("completion_tokens", completionTokens)
            .put("total_tokens", promptTokens + completionTokens);
    json.putObject("prompt_tokens_details").put("cached_tokens", cachedTokens);
    return json;
  }
}
