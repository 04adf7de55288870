package io.github.gss4j.data;

import io.github.gss4j.files.Digests;
import java.util.List;
import java.util.Optional;

/** Several stores as one, in their order; it owns them. */
public final class JoinedTokens implements TokenStore {
  private final List<TokenStore> parts;
  private final long[] ends;
  private final String fingerprint;

  /** Joins stores. */
  public JoinedTokens(List<TokenStore> parts) {
    this.parts = List.copyOf(parts);
    this.ends = new long[parts.size()];
    StringBuilder content = new StringBuilder();
    long end = 0;
    for (int i = 0; i < ends.length; i++) {
      end += parts.get(i).size();
      ends[i] = end;
      content.append(parts.get(i).fingerprint()).append('\n');
    }
    this.fingerprint = Digests.hex(content.toString());
  }

  @Override
  public long size() {
    return ends.length == 0 ? 0 : ends[ends.length - 1];
  }

  @Override
  public void read(long offset, long[] into) {
    TokenStore.checkRange(offset, into.length, size());
    int part = firstEndingAfter(offset);
    for (int done = 0; done < into.length; part++) {
      long begin = part == 0 ? 0 : ends[part - 1];
      int n = (int) Math.min(into.length - done, ends[part] - (offset + done));
      long[] piece = new long[n];
      parts.get(part).read(offset + done - begin, piece);
      System.arraycopy(piece, 0, into, done, n);
      done += n;
    }
  }

  private int firstEndingAfter(long offset) {
    int low = 0;
    int high = ends.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (ends[middle] > offset) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  @Override
  public Optional<TokenStore> byteCounts() {
    List<TokenStore> counts = parts.stream().flatMap(p -> p.byteCounts().stream()).toList();
    return counts.size() == parts.size() ? Optional.of(new JoinedTokens(counts)) : Optional.empty();
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public void close() {
    parts.forEach(TokenStore::close);
  }
}
