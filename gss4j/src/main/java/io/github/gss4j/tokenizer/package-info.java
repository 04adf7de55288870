/** Text to token ids and back. Stands beside {@code model} and imports nothing of gss4j. */
package io.github.gss4j.tokenizer;
