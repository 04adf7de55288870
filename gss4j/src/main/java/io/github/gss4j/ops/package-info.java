/**
 * Pure functions on tensors: the state-space kernel, the causal convolution, own backward passes,
 * and the ownership of native memory. Imports nothing else of gss4j.
 */
package io.github.gss4j.ops;
