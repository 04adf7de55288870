package io.github.gss4j.cli;

import io.github.gss4j.data.TokenStore;

/** Tokens in memory that nobody wrote. */
final class RandomText implements TokenStore {
  private final long[] ids;

  RandomText(long[] ids) {
    this.ids = ids;
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
    return "random";
  }

  @Override
  public void close() {}
}
