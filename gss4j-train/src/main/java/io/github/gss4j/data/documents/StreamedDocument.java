package io.github.gss4j.data.documents;

import java.util.List;

/**
 * A document of a stream.
 *
 * @param shard its place among the shards
 * @param row in the shard
 * @param ids with the end-of-text token after them where there is one
 */
@SuppressWarnings("ArrayRecordComponent") // made once, never compared
record StreamedDocument(int shard, long row, int[] ids) {
  /** Its name in a position. */
  List<Long> reference() {
    return List.of((long) shard, row);
  }
}
