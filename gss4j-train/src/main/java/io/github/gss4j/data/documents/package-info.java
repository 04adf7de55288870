/**
 * Corpora of documents: shards of JSON lines or Parquet, on disk or fetched, encoded once into
 * files of tokens or streamed in a shuffled order during training. May import {@code data}, {@code
 * tokenizer}, {@code hub} and {@code files}.
 */
package io.github.gss4j.data.documents;
