/**
 * Corpora of documents: shards of JSON lines or Parquet, on disk or fetched, encoded once into
 * files of tokens or streamed in a shuffled order while a run goes on. May import {@code data} and
 * the library.
 */
package io.github.gss4j.data.documents;
