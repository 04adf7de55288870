/**
 * Files of tensors and the models in them: reads and writes named tensors, and knows nothing of
 * training. May import {@code config}, {@code hub} and {@code files}.
 */
package io.github.gss4j.checkpoint;
