package io.github.gss4j.data.documents;

import io.github.gss4j.data.DataException;
import io.github.gss4j.data.Download;
import io.github.gss4j.files.Digests;
import io.github.gss4j.files.WindowsFiles;
import io.github.gss4j.hub.DownloadListener;
import io.github.gss4j.hub.Hub;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One file of documents, wherever it is. */
public sealed interface DocumentShard {
  /** For messages, and its end tells the format. */
  String name();

  /** Changes with the content, as far as can be told without reading it. */
  String identity();

  /** The file on disk, fetched first where it is not there. */
  Path file();

  /**
   * A file.
   *
   * @param name within its source
   * @param file its path
   */
  record OnDisk(String name, Path file) implements DocumentShard {
    @Override
    public String identity() {
      try {
        return name + " " + Files.size(file) + " " + Files.getLastModifiedTime(file);
      } catch (IOException e) {
        throw DataException.of(file, "cannot be read", e);
      }
    }
  }

  /**
   * A file behind an address.
   *
   * @param address http or https
   * @param cache where it is kept once it was fetched
   */
  record OnWeb(URI address, Path cache) implements DocumentShard {
    private static final Logger LOG = LoggerFactory.getLogger(DocumentShard.class);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long MOST_BYTES = 1L << 40;

    @Override
    public String name() {
      return address.toString();
    }

    @Override
    public String identity() {
      return address.toString();
    }

    @Override
    public Path file() {
      String path = address.getPath();
      String name = WindowsFiles.nameFor(path.substring(path.lastIndexOf('/') + 1));
      Path home = cache.resolve("shards").resolve(Digests.hex(address.toString()).substring(0, 16));
      Path file = home.resolve(name);
      if (Files.exists(file)) {
        return file;
      }
      LOG.info("fetching {}", address);
      try {
        Files.createDirectories(home);
        Path aside = Files.createFile(home.resolve(".fetching-" + UUID.randomUUID()));
        try {
          new Download(address, MOST_BYTES, PATIENCE).to(aside);
          Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
          Files.deleteIfExists(aside);
        }
        return file;
      } catch (IOException e) {
        throw new DataException(
            address + ": cannot be fetched: " + DataException.reason(e) + "; try again", e);
      }
    }
  }

  /**
   * A file of a data set on the hub.
   *
   * @param hub that fetches it into its cache
   * @param listing of the repository, at a commit
   * @param path its name there
   */
  record OnHub(Hub hub, Hub.Listing listing, String path) implements DocumentShard {
    private static final Logger LOG = LoggerFactory.getLogger(DocumentShard.class);

    @Override
    public String name() {
      return "hf:" + listing.address().repository() + "/" + path;
    }

    @Override
    public String identity() {
      return listing.address().withFile(path).toString();
    }

    @Override
    public Path file() {
      AtomicBoolean told = new AtomicBoolean();
      DownloadListener begun =
          (file, done, total) -> {
            if (!told.getAndSet(true)) {
              LOG.info("fetching {}, {} bytes", name(), total);
            }
          };
      return hub.listed(listing, path, begun);
    }
  }
}
