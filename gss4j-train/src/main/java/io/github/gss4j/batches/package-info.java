/**
 * The micro-batches of a step: of a text, of a stream, of labelled sequences. May import {@code
 * config.training}, {@code data}, {@code loss} and the library.
 */
package io.github.gss4j.batches;
