/**
 * Optimizer steps: gradients of micro-batches, what is skipped, averaged and remembered, of
 * language models and of classifiers. May import {@code batches}, {@code loss}, {@code optim},
 * {@code distributed}, {@code tracking} and what these may.
 */
package io.github.gss4j.trainer;
