package io.github.gss4j.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * A mapped file of token ids.
 *
 * @param bytes the file
 * @param width bytes of an id, 2 or 4
 * @param vocabulary one more than the largest id there may be
 * @param byteCounts of the text, where they were noted
 */
record MappedTokens(MappedBytes bytes, int width, int vocabulary, Optional<TokenStore> byteCounts)
    implements TokenStore {
  @Override
  public long size() {
    return bytes.size() / width;
  }

  @Override
  public void read(long offset, long[] into) {
    TokenStore.checkRange(offset, into.length, size());
    byte[] raw = new byte[Math.multiplyExact(into.length, width)];
    bytes.read(offset * width, raw);
    ByteBuffer ids = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < into.length; i++) {
      into[i] = width == 2 ? ids.getShort() & 0xffff : Integer.toUnsignedLong(ids.getInt());
      if (into[i] >= vocabulary) {
        throw new DataException(
            bytes.file(),
            "token "
                + (offset + i)
                + " has the id "
                + into[i]
                + ", expected one below "
                + vocabulary
                + ": the file is damaged, delete it and make it again");
      }
    }
  }

  @Override
  public String fingerprint() {
    return bytes.fingerprint();
  }

  @Override
  public void close() {
    bytes.close();
    byteCounts.ifPresent(TokenStore::close);
  }
}
