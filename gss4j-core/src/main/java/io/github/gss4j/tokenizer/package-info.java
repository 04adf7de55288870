/**
 * Text to token ids and back: bytes, GPT-2's byte pairs, or any {@code tokenizer.json}, kept with
 * the model and chosen from its config. May import {@code files}.
 */
package io.github.gss4j.tokenizer;
