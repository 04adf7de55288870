package io.github.gss4j.hub;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Downloads one file: what has arrived stays in {@code ETAG.incomplete} and is continued, by the
 * next attempt or by the next run; the blob appears when its size and its checksum are right.
 */
final class BlobDownload {
  private static final Logger LOG = LoggerFactory.getLogger(BlobDownload.class);

  /** Each time so much more has arrived, the count of failures starts again. */
  private static final long PROGRESS_BYTES = 1 << 20;

  private static final int BUFFER_BYTES = 1 << 16;

  private final HubClient client;
  private final HubAddress address;
  private final RemoteFile file;
  private final Path blob;
  private final Path part;
  private final DownloadListener progress;
  private final Retries retries;
  private long furthest;

  BlobDownload(
      HubClient client,
      HubAddress address,
      RemoteFile file,
      Path blob,
      RetryPolicy policy,
      DownloadListener progress) {
    this.client = client;
    this.address = address;
    this.file = file;
    this.blob = blob;
    this.part = blob.resolveSibling(blob.getFileName() + ".incomplete");
    this.progress = progress;
    this.retries = new Retries(policy, HttpTransport.shown(file.uri()));
  }

  /**
   * Downloads, checks and renames. The caller holds the blob's lock.
   *
   * @throws HubException if the network, the server, the disk or the content is at fault
   */
  void run() {
    Disk.use("make", blob.getParent(), () -> Files.createDirectories(blob.getParent()));
    furthest = arrived();
    checkRoom(file.size() - furthest);
    boolean whole = false;
    while (!whole) {
      try {
        attempt();
        whole = true;
      } catch (IOException e) {
        retries.after(e);
      }
    }
    checkContent();
    Disk.use("write", blob, () -> Files.move(part, blob, StandardCopyOption.ATOMIC_MOVE));
  }

  private long arrived() {
    return Files.exists(part) ? Disk.use("read", part, () -> Files.size(part)) : 0;
  }

  private void checkRoom(long bytes) {
    Path folder = blob.getParent();
    long free = Disk.use("read", folder, () -> Files.getFileStore(folder).getUsableSpace());
    if (free > 0 && free < bytes) { // some file systems do not know and say 0
      throw new HubException(
          address.withFile(file.name())
              + " needs "
              + bytes
              + " bytes more, but "
              + folder
              + " has room for "
              + free
              + ": make room, or set HF_HUB_CACHE to a directory that has it");
    }
  }

  private void attempt() throws IOException {
    long have = arrived();
    if (file.size() >= 0 && have > file.size()) {
      forget();
      have = 0;
    }
    if (have == file.size() && have > 0) {
      return;
    }
    HttpResponse<InputStream> answer = client.content(address, file, have);
    try (InputStream body = answer.body()) {
      if (answer.statusCode() == 200) {
        receive(body, 0);
      } else if (answer.statusCode() == 206 && begin(answer) == have) {
        receive(body, have);
      } else {
        forget();
        throw new IOException("the server does not continue at byte " + have + ": starting over");
      }
    }
  }

  private static long begin(HttpResponse<?> answer) {
    String range = answer.headers().firstValue("Content-Range").orElse("");
    return range.matches("bytes \\d{1,18}-.*")
        ? Long.parseLong(range.substring(6, range.indexOf('-')))
        : -1;
  }

  private void receive(InputStream body, long from) throws IOException {
    long done = from;
    try (FileChannel out = open(from)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      progress.at(file.name(), done, file.size());
      for (int n = read(body, buffer, done); n >= 0; n = read(body, buffer, done)) {
        write(out, ByteBuffer.wrap(buffer, 0, n));
        done += n;
        progress.at(file.name(), done, file.size());
        if (file.size() >= 0 && done > file.size()) {
          throw wrong("more than the expected " + file.size() + " bytes arrive");
        }
        if (done >= furthest + PROGRESS_BYTES) {
          furthest = done;
          retries.progressed();
        }
      }
      Disk.use(
          "write",
          part,
          () -> {
            out.force(true);
            return out;
          });
    }
    if (done < file.size()) {
      throw new EOFException(ended(done));
    }
  }

  private int read(InputStream body, byte[] buffer, long done) throws IOException {
    try {
      return body.read(buffer);
    } catch (HttpTimeoutException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException(ended(done), e);
    }
  }

  private String ended(long done) {
    return "the connection ended at byte " + done + " of " + file.size();
  }

  private FileChannel open(long from) {
    return Disk.use(
        "write",
        part,
        () ->
            FileChannel.open(
                part,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                from > 0 ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING));
  }

  private void write(FileChannel out, ByteBuffer bytes) {
    Disk.use(
        "write",
        part,
        () -> {
          while (bytes.hasRemaining()) {
            out.write(bytes);
          }
          return out;
        });
  }

  private void checkContent() {
    if (Checksum.of(file.etag()) == Checksum.NONE) {
      LOG.warn("{}: its ETag is not a checksum, the size alone is checked", file.uri());
    }
    if (!Disk.use("read", part, () -> file.isContentOf(part))) {
      throw wrong("the content's checksum is not " + file.etag());
    }
  }

  private HubException wrong(String found) {
    forget();
    return new HubException(
        address.withFile(file.name())
            + ": wrong bytes, "
            + found
            + ": deleted; pull again, and check the proxy and HF_ENDPOINT if it stays so");
  }

  private void forget() {
    Disk.use("delete", part, () -> Files.deleteIfExists(part));
  }
}
