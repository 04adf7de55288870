package io.github.gss4j.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;

/**
 * What the hub says of one file.
 *
 * @param name in the repository
 * @param uri where it is fetched, at a fixed commit
 * @param etag stands for its content, and is its blob's name
 * @param size in bytes, or -1 if the hub does not say
 */
record RemoteFile(String name, URI uri, String etag, long size) {
  /** Checks a whole file's content. */
  boolean isContentOf(Path file) throws IOException {
    Checksum checksum = Checksum.of(etag);
    return checksum == Checksum.NONE || checksum.of(file).equals(etag);
  }
}
