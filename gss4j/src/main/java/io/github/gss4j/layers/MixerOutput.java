package io.github.gss4j.layers;

import org.bytedeco.pytorch.Tensor;

/**
 * The result of mixing tokens into a state.
 *
 * @param output one vector per token
 * @param state the state after them
 */
public record MixerOutput(Tensor output, MixerState state) {}
