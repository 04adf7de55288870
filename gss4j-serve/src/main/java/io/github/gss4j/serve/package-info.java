/**
 * A server for one model, as an object: {@link io.github.gss4j.serve.GssServer}. Imports run one
 * way: this → {@code http} → {@code api} → {@code decode} → gss4j-core.
 */
package io.github.gss4j.serve;
