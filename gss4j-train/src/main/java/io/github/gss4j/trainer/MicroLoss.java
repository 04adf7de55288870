package io.github.gss4j.trainer;

/**
 * The loss of one micro-batch, a mean over its tokens.
 *
 * @param objective the name of what was trained on
 * @param value of that objective
 * @param crossEntropy with the text, in nats per token
 */
public record MicroLoss(String objective, double value, double crossEntropy) {}
