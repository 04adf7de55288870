/**
 * Objectives: what a language model is trained on, and the teachers that some of them need. May
 * import {@code model}, {@code ops}, {@code config} and {@code files}.
 */
package io.github.gss4j.loss;
