package io.github.gss4j.data;

import io.github.gss4j.files.Digests;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/** A sequence of token ids in memory. */
public final class TokenArray implements TokenStore {
  private final long[] ids;

  /** Copies the ids. */
  public TokenArray(long[] ids) {
    this.ids = ids.clone();
  }

  @Override
  public long size() {
    return ids.length;
  }

  @Override
  public void read(long offset, long[] into) {
    TokenStore.checkRange(offset, into.length, ids.length);
    System.arraycopy(ids, Math.toIntExact(offset), into, 0, into.length);
  }

  @Override
  public String fingerprint() {
    MessageDigest digest = Digests.sha256();
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES);
    for (long id : ids) {
      digest.update(bytes.putLong(0, id).array());
    }
    return Digests.hex(digest);
  }

  @Override
  public void close() {}
}
