package io.github.gss4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.Deflater;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class CompressorsTest {
  @TempDir Path dir;

  private TokenStore store(byte[] bytes) throws IOException {
    return MappedBytes.open(Texts.write(dir.resolve("text"), bytes), 0, bytes.length);
  }

  @Test
  void gzipCountsWhatDeflateNeedsAndItsFrame() throws IOException {
    byte[] text = Texts.words(200_000, 1).getBytes(StandardCharsets.UTF_8);
    Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
    deflater.setInput(text);
    deflater.finish();
    int packed = deflater.deflate(new byte[text.length]) + 18;
    deflater.end();
    try (TokenStore store = store(text)) {
      assertThat(Compressors.gzipBitsPerByte(store)).isEqualTo(8.0 * packed / text.length);
    }
  }

  @Test
  void xzWithTheSmallerDictionaryIsAsGoodAsPresetNine() throws IOException {
    byte[] text =
        (Texts.words(100_000, 2) + Texts.words(60_000, 2)).getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (XZOutputStream xz = new XZOutputStream(packed, new LZMA2Options(9))) {
      xz.write(text);
    }
    try (TokenStore store = store(text)) {
      assertThat(Compressors.xzBitsPerByte(store))
          .isCloseTo(8.0 * packed.size() / text.length, Offset.offset(0.002));
    }
  }

  @Test
  void noiseCannotBeCompressed() throws IOException {
    byte[] noise = new byte[100_000];
    new Random(3).nextBytes(noise);
    try (TokenStore store = store(noise)) {
      assertThat(Compressors.gzipBitsPerByte(store)).isBetween(8.0, 8.02);
      assertThat(Compressors.xzBitsPerByte(store)).isBetween(8.0, 8.02);
    }
  }

  @Test
  void tokensThatAreNoBytesAreRefused() {
    TokenStore words =
        new TokenStore() {
          @Override
          public long size() {
            return 3;
          }

          @Override
          public void read(long offset, long[] into) {
            into[2] = 50256;
          }

          @Override
          public String fingerprint() {
            return "";
          }

          @Override
          public void close() {}
        };
    assertThatThrownBy(() -> Compressors.gzipBitsPerByte(words))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("50256");
  }
}
