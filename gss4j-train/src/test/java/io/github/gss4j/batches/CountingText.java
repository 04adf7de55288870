package io.github.gss4j.batches;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.data.TokenStore;
import java.util.Arrays;

/** A text whose token i is i mod 64. */
public record CountingText(long size) implements TokenStore {
  @Override
  public void read(long offset, long[] into) {
    Arrays.setAll(into, i -> (offset + i) % 64);
    assertThat(offset + into.length).isLessThanOrEqualTo(size);
  }

  @Override
  public String fingerprint() {
    return "";
  }

  @Override
  public void close() {}
}
