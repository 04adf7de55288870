/**
 * Optimizers, behind one contract; the learning rate over a run; averages of the weights. May
 * import {@code distributed}, {@code layers}, {@code ops}, {@code config} and {@code files}.
 */
package io.github.gss4j.optim;
