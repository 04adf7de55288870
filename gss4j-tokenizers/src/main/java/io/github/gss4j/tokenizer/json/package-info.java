/**
 * Any {@code tokenizer.json}, as Hugging Face's libraries write it, run by their own native
 * library. Found by {@link io.github.gss4j.tokenizer.TokenizerJson}.
 */
package io.github.gss4j.tokenizer.json;
