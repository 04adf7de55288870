/**
 * Who is told of a run, and what of: progress, TensorBoard. May import {@code evaluation}, {@code
 * trainer}, {@code tracking}, {@code config.training} and the files of a run.
 */
package io.github.gss4j.run.listener;
