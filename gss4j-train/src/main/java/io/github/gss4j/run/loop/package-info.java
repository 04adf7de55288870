/**
 * The loop around the steps of whatever is trained: when to evaluate, sample, save and stop. May
 * import checkpoints, listeners and what they may.
 */
package io.github.gss4j.run.loop;
