/**
 * Between files and libtorch's memory: weights, states and classifiers read, mapped and written.
 * May import {@code model}, {@code layers} and {@code ops}.
 */
package io.github.gss4j.weights;
