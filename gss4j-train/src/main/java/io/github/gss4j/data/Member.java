package io.github.gss4j.data;

/**
 * One text of a corpus.
 *
 * @param name in the corpus
 * @param bytes its size
 * @param sha256 of its content
 * @param heldOutBytes how many bytes of its end are held out: none, all, or a part
 */
record Member(String name, long bytes, String sha256, long heldOutBytes) {
  Member withHeldOut(long count) {
    return new Member(name, bytes, sha256, count);
  }

  long trainedBytes() {
    return bytes - heldOutBytes;
  }

  String heldOutName() {
    return heldOutBytes == bytes ? name : Split.tailName(name, heldOutBytes);
  }
}
