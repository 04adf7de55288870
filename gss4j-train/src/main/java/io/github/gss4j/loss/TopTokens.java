package io.github.gss4j.loss;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A teacher's targets for one sequence: the likeliest tokens after each of its tokens.
 *
 * @param length L
 * @param count k
 * @param bytes ids of the likeliest tokens, int32 (L, k); their log probabilities, float32 (L, k);
 *     the log of the probability of all others together, float32 (L); little-endian
 */
record TopTokens(int length, int count, ByteBuffer bytes) {
  /** Bytes of L tokens with k after each. */
  static long size(long length, int count) {
    return length * (8L * count + 4);
  }

  /** Puts together what was taken from logits. */
  static TopTokens of(int count, int[] ids, float[] logProbabilities, float[] rest) {
    ByteBuffer bytes = buffer((int) size(rest.length, count));
    bytes.asIntBuffer().put(ids);
    bytes.position(4 * ids.length);
    bytes.asFloatBuffer().put(logProbabilities).put(rest);
    return new TopTokens(rest.length, count, bytes.rewind());
  }

  /** Copies all of it, the sequence being the nth of several. */
  void copy(int nth, int[] ids, float[] logProbabilities, float[] rest) {
    int size = length * count;
    bytes.slice(0, 4 * size).order(bytes.order()).asIntBuffer().get(ids, nth * size, size);
    bytes
        .slice(4 * size, bytes.limit() - 4 * size)
        .order(bytes.order())
        .asFloatBuffer()
        .get(logProbabilities, nth * size, size)
        .get(rest, nth * length, length);
  }

  static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
