/**
 * Text to train on: where it comes from, what of it is held out, and in which order it is read.
 * Bytes are tokens here. Imports nothing else of gss4j.
 */
package io.github.gss4j.data;
