package io.github.gss4j.layers;

import org.bytedeco.pytorch.Tensor;

/**
 * What comes of mixing some tokens into a state.
 *
 * @param output one vector a token
 * @param state the state after them
 */
public record MixerOutput(Tensor output, MixerState state) {}
