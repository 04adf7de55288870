/**
 * Experiments that answer whether state spaces are worth it: models of equal size side by side. May
 * import the library and {@code gss4j-train}; only the command line imports it.
 */
package io.github.gss4j.study;
