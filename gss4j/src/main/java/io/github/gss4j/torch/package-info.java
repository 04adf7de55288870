/**
 * libtorch as an engine: implements {@code engine} on {@code model} and {@code weights}. May import
 * those and what they import.
 */
package io.github.gss4j.torch;
