/**
 * Training: the optimizer step, the run around it, and the checkpoints that make it resumable. May
 * import the library, {@code data}, {@code loss} and {@code tracking}.
 */
package io.github.gss4j.trainer;
