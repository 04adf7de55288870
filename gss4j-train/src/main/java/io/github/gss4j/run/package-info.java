/**
 * Runs: the loop around the optimizer steps, with evaluations, samples, checkpoints and reports,
 * and what a run is opened from. May import all of this module.
 */
package io.github.gss4j.run;
