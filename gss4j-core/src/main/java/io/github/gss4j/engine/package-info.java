/**
 * What an engine must do to run a model: read tokens into states, and one token of many sequences
 * side by side. Everything else about decoding stands on it, in {@code generation}. May import
 * {@code config} and {@code checkpoint}.
 */
package io.github.gss4j.engine;
