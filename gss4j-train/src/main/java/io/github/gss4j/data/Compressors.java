package io.github.gss4j.data;

import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/**
 * What general compressors need for a text: the figures that a model's bits per byte are compared
 * with.
 */
public final class Compressors {
  private static final int CHUNK = 1 << 16;

  private Compressors() {}

  /** Bits per byte of {@code gzip -9}. */
  public static double gzipBitsPerByte(TokenStore bytes) {
    return bitsPerByte(bytes, BestGzip::new);
  }

  /**
   * Bits per byte of {@code xz -9}. Its dictionary of up to 64 MB takes up to 700 MB of memory for
   * a text as large; less for a smaller one.
   */
  public static double xzBitsPerByte(TokenStore bytes) {
    return bitsPerByte(
        bytes,
        out -> {
          LZMA2Options options = new LZMA2Options(9);
          // more than the text is never used
          options.setDictSize(
              (int)
                  Math.max(
                      LZMA2Options.DICT_SIZE_MIN, Math.min(options.getDictSize(), bytes.size())));
          return new XZOutputStream(out, options);
        });
  }

  private interface Packer {
    OutputStream pack(OutputStream out) throws IOException;
  }

  private static final class BestGzip extends GZIPOutputStream {
    BestGzip(OutputStream out) throws IOException {
      super(out);
      def.setLevel(Deflater.BEST_COMPRESSION);
    }
  }

  private static final class Counter extends OutputStream {
    private long bytes;

    @Override
    public void write(int b) {
      bytes++;
    }

    @Override
    public void write(byte[] b, int offset, int length) {
      bytes += length;
    }
  }

  private static double bitsPerByte(TokenStore store, Packer packer) {
    if (store.size() == 0) {
      throw new IllegalArgumentException("the text has 0 bytes, expected some to compress");
    }
    Counter counter = new Counter();
    try (OutputStream out = packer.pack(counter)) {
      for (long at = 0; at < store.size(); at += CHUNK) {
        long[] tokens = new long[(int) Math.min(CHUNK, store.size() - at)];
        store.read(at, tokens);
        out.write(bytes(tokens));
      }
    } catch (IOException e) {
      throw new DataException("text cannot be compressed: " + DataException.reason(e), e);
    }
    return 8.0 * counter.bytes / store.size();
  }

  private static byte[] bytes(long[] tokens) {
    byte[] bytes = new byte[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      if (tokens[i] < 0 || tokens[i] > 255) {
        throw new IllegalArgumentException(
            "token id is " + tokens[i] + ", expected 0 to 255 (bytes)");
      }
      bytes[i] = (byte) tokens[i];
    }
    return bytes;
  }
}
