/**
 * Text from a model: choosing tokens, carrying the state, knowing when to stop. May import {@code
 * model}, {@code layers}, {@code ops} and {@code tokenizer}.
 */
package io.github.gss4j.generation;
