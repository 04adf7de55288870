package io.github.gss4j.data.documents;

/** One row of a shard, not parsed yet. Its text may be asked for on any thread. */
public interface Row {
  /** Its number in the shard, from 1: the line of a file of lines. */
  long number();

  /** How many bytes it has, about: what is read ahead is bounded by it. */
  long bytes();

  /**
   * The document in it.
   *
   * @throws BrokenRowException if it holds none
   */
  String text() throws BrokenRowException;
}
