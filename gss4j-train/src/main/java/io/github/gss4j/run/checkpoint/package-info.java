/**
 * The training state in a checkpoint: progress, optimizer, what ranks remember. May import {@code
 * trainer}, {@code distributed}, {@code tracking} and the files of a run.
 */
package io.github.gss4j.run.checkpoint;
