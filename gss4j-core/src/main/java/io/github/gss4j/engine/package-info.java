/**
 * The contract of an engine: reading tokens into states, and one token into each of many sequences.
 * Everything else about decoding builds on it, in {@code generation}. May import {@code config} and
 * {@code checkpoint}.
 */
package io.github.gss4j.engine;
