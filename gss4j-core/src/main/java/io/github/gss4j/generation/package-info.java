/**
 * Text from a model: choosing tokens, many sequences together, sessions to continue from, knowing
 * when to stop. May import {@code engine}, {@code tokenizer}, {@code checkpoint} and {@code
 * config}.
 */
package io.github.gss4j.generation;
