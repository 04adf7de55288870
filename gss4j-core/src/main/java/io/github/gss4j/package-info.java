/**
 * The entry: {@link io.github.gss4j.GssModel} loads a model with its tokenizer and writes with it.
 * May import everything of this module.
 */
package io.github.gss4j;
