/**
 * Between files and libtorch's memory: weights, states and classifiers read, mapped and written.
 * May import {@code model} and what it imports, {@code checkpoint} and {@code files}.
 */
package io.github.gss4j.weights;
