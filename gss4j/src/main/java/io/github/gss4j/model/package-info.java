/**
 * Models made of layers: their weights, and the state that a stream of tokens leaves in them. May
 * import {@code layers}, {@code ops} and {@code config}.
 */
package io.github.gss4j.model;
