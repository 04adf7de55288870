package io.github.gss4j.checkpoint;

/**
 * A run of bytes in a file.
 *
 * @param position of its first byte
 * @param bytes how many there are
 */
record FileSpan(long position, long bytes) {
  long end() {
    return position + bytes;
  }
}
