package io.github.gss4j.hub;

/** Is told how far a download has come. Called on the thread that downloads. */
@FunctionalInterface
public interface DownloadListener {
  /**
   * Some bytes have arrived. {@code done} falls back when a server makes a download start over.
   *
   * @param file its name in the repository
   * @param done bytes on disk so far
   * @param total bytes in all, or -1 if the server does not say
   */
  void at(String file, long done, long total);

  /** Ignores everything. */
  static DownloadListener none() {
    return (file, done, total) -> {};
  }
}
