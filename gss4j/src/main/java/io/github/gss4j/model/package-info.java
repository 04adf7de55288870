/**
 * Models made of layers: their configuration, their weights, and the state that a stream of tokens
 * leaves in them. May import {@code layers} and {@code ops}.
 */
package io.github.gss4j.model;
