package io.github.gss4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedBytesTest {
  @TempDir Path dir;

  private Path allBytes() throws IOException {
    byte[] bytes = new byte[256];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    return Texts.write(dir.resolve("all"), bytes);
  }

  @Test
  void readsAcrossSegmentBorders() throws IOException {
    try (TokenStore store = MappedBytes.open(allBytes(), 10, 200, 7, null)) {
      assertThat(store.size()).isEqualTo(200);
      for (int offset = 0; offset <= 170; offset++) {
        long[] into = new long[30];
        store.read(offset, into);
        for (int i = 0; i < into.length; i++) {
          assertThat(into[i]).isEqualTo(10 + offset + i);
        }
      }
    }
  }

  @Test
  void fingerprintIsTheSha256OfThePart() throws IOException {
    Path file = Texts.write(dir.resolve("text"), "-abc-");
    try (TokenStore store = MappedBytes.open(file, 1, 3, 2, null)) {
      // FIPS 180-2, appendix B.1
      assertThat(store.fingerprint())
          .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
  }

  @Test
  void fileThatShrankIsAnErrorAndNoCrash() throws IOException {
    Path file = Texts.write(dir.resolve("text"), new byte[100_000]);
    try (TokenStore store = MappedBytes.open(file, 0, 100_000)) {
      try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
        cut.setLength(50);
      }
      assertThatThrownBy(() -> store.read(90_000, new long[100]))
          .isInstanceOf(DataException.class)
          .hasMessageContainingAll("text", "has 50 bytes", "at least 100000");
      assertThatThrownBy(store::fingerprint).isInstanceOf(DataException.class);
    }
  }

  @Test
  void fileShorterThanItsManifestSaysIsAnError() throws IOException {
    Path file = allBytes();
    assertThatThrownBy(() -> MappedBytes.open(file, 257, "of no matter"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("has 256 bytes, expected at least 257");
  }

  @Test
  void rangeOutsideIsRefused() throws IOException {
    try (TokenStore store = MappedBytes.open(allBytes(), 0, 100)) {
      store.read(90, new long[10]);
      for (long offset : new long[] {-1, 91, Long.MAX_VALUE, Long.MIN_VALUE}) {
        assertThatThrownBy(() -> store.read(offset, new long[10]))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("the text has 100");
      }
    }
  }

  @Test
  void readAfterCloseIsRefused() throws IOException {
    TokenStore store = MappedBytes.open(allBytes(), 0, 100);
    store.close();
    assertThatThrownBy(() -> store.read(0, new long[1]))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void interruptedThreadLeavesTheStoreOpen() throws IOException {
    try (TokenStore store = MappedBytes.open(allBytes(), 0, 100)) {
      Thread.currentThread().interrupt();
      store.read(0, new long[10]);
      assertThat(Thread.interrupted()).isTrue();
      store.read(0, new long[10]);
    }
  }
}
