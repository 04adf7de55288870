package io.github.gss4j.hub;

import io.github.gss4j.files.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;

/**
 * What the hub's etags say of a file's content: 64 digits are the SHA-256 of a large file, 40 the
 * SHA-1 that git gives a blob, {@code sha1("blob " + size + "\0" + content)}.
 */
enum Checksum {
  SHA256,
  GIT_BLOB,
  /** An etag of some other server: it says nothing of the content. */
  NONE;

  static Checksum of(String etag) {
    if (etag.matches("[0-9a-f]{64}")) {
      return SHA256;
    }
    return etag.matches("[0-9a-f]{40}") ? GIT_BLOB : NONE;
  }

  /** The etag that a file should have. */
  String of(Path file) throws IOException {
    MessageDigest digest = this == GIT_BLOB ? Digests.sha1() : Digests.sha256();
    if (this == GIT_BLOB) {
      digest.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.US_ASCII));
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[1 << 20];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return Digests.hex(digest);
  }
}
