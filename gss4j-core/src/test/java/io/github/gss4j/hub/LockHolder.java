package io.github.gss4j.hub;

import java.io.IOException;
import java.nio.file.Path;

/** A process of its own that takes a lock, says so, and holds it until it is ended. */
final class LockHolder {
  private LockHolder() {}

  public static void main(String[] args) throws IOException {
    try (CacheLock lock = CacheLock.take(Path.of(args[0]), RetryPolicy.usual())) {
      System.out.write('h');
      System.out.flush();
      System.in.read();
    }
  }
}
