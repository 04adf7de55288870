/**
 * Optimizers, behind one contract; the learning rate over a run; averages of the weights. May
 * import the library and {@code distributed}.
 */
package io.github.gss4j.optim;
