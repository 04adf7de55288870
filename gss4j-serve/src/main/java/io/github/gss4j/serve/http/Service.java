package io.github.gss4j.serve.http;

import io.github.gss4j.GssModel;
import io.github.gss4j.serve.api.ChatTemplate;
import io.github.gss4j.serve.api.Limits;
import io.github.gss4j.serve.api.Models;
import io.github.gss4j.serve.api.TokenNames;
import io.github.gss4j.serve.decode.DecodeLoop;
import java.util.Optional;

/**
 * A loaded model and what serves it.
 *
 * @param loop the thread that decodes
 * @param models the names by which the model goes
 * @param chat how messages become one text; empty by default
 */
public record Service(
    GssModel model,
    DecodeLoop loop,
    Models models,
    TokenNames names,
    Optional<ChatTemplate> chat,
    Limits limits,
    Timing timing,
    ServerMetrics metrics) {}
