/**
 * How well a model predicts a text. May import {@code options}, {@code run} and {@code terminal}.
 */
package io.github.gss4j.cli.evaluation;
