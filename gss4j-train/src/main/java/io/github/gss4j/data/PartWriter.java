package io.github.gss4j.data;

import io.github.gss4j.files.Digests;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.DigestOutputStream;

/** Writes one file of joined text and its checksum. */
final class PartWriter implements AutoCloseable {
  private final Path file;
  private final FileOutputStream disk;
  private final DigestOutputStream out;
  private long bytes;

  PartWriter(Path file) throws IOException {
    this.file = file;
    this.disk = new FileOutputStream(file.toFile());
    OutputStream buffered = new BufferedOutputStream(disk, 1 << 16);
    this.out = new DigestOutputStream(buffered, Digests.sha256());
  }

  void write(byte[] chunk, int from, int count) {
    try {
      out.write(chunk, from, count);
      bytes += count;
    } catch (IOException e) {
      throw DataException.of(file, "cannot be written", e);
    }
  }

  /** Syncs everything to disk. */
  CorpusManifest.Part finish() throws IOException {
    out.flush();
    disk.getFD().sync();
    return new CorpusManifest.Part(
        file.getFileName().toString(), bytes, Digests.hex(out.getMessageDigest()));
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
