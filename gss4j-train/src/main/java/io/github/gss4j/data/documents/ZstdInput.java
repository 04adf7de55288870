package io.github.gss4j.data.documents;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStream;
import io.github.gss4j.data.DataException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** The content of a zstd file, all frames of it. A window beyond what is allowed is named. */
final class ZstdInput extends FilterInputStream {
  private final Path file;
  private final int windowLog;

  /**
   * Begins to read.
   *
   * @param windowLog of the largest window that is allowed, as {@code zstd --long} has it
   */
  ZstdInput(Path file, InputStream packed, int windowLog) throws IOException {
    super(new ZstdInputStream(packed).setLongMax(windowLog));
    this.file = file;
    this.windowLog = windowLog;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    try {
      return super.read(into, offset, length);
    } catch (ZstdIOException e) {
      if (e.getErrorCode() != Zstd.errFrameParameterWindowTooLarge()) {
        throw e;
      }
      long window = ZstdFrames.largestWindow(file);
      int needed = Long.SIZE - Long.numberOfLeadingZeros(window - 1);
      throw new DataException(
          file
              + ": needs a window of "
              + window
              + " bytes to be unpacked, more than the "
              + (1L << windowLog)
              + " allowed: "
              + (needed <= DocumentOptions.MOST_ZSTD_LONG
                  ? "allow it with --zstd-long " + needed + ", which takes as much memory"
                  : "pack it again with a smaller one"),
          e);
    }
  }
}
