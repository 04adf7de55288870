/**
 * Files of tensors and the models in them. Stands beside {@code model}: reads and writes named
 * tensors, and knows nothing of training.
 */
package io.github.gss4j.checkpoint;
