/**
 * Text to train on: where it comes from, what of it is held out, and in which order it is read.
 * Plain text is bytes until it is encoded. May import {@code tokenizer} and {@code files}; {@code
 * data.documents} builds on it.
 */
package io.github.gss4j.data;
