/**
 * The directory of a run: its checkpoints, names and lock. May import {@code distributed} and the
 * library.
 */
package io.github.gss4j.run.files;
