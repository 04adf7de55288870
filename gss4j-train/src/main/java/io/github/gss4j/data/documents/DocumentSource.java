package io.github.gss4j.data.documents;

import io.github.gss4j.data.DataException;
import io.github.gss4j.data.Glob;
import io.github.gss4j.data.SkippedFiles;
import io.github.gss4j.hub.Hub;
import io.github.gss4j.hub.HubAddress;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shards of documents in a fixed order.
 *
 * @param name for reports
 * @param shards at least one
 * @param leftOut what is beside them and not read
 */
public record DocumentSource(String name, List<DocumentShard> shards, SkippedFiles leftOut) {
  /** What a list of addresses begins with. */
  public static final String URLS = "urls:";

  private static final Logger LOG = LoggerFactory.getLogger(DocumentSource.class);
  private static final String BYTE_ORDER_MARK = "\ufeff";

  /** Copies the shards. */
  public DocumentSource {
    shards = List.copyOf(shards);
    if (shards.isEmpty()) {
      throw new DataException(name + ": no files of documents, expected at least one");
    }
  }

  /** Shards with nothing beside them. */
  public DocumentSource(String name, List<DocumentShard> shards) {
    this(name, shards, new SkippedFiles());
  }

  /** Says in the log what is not read. */
  void logLeftOut() {
    if (!leftOut.isEmpty()) {
      LOG.warn("{}: {} files; left out: {}", name, shards.size(), leftOut);
    }
  }

  /**
   * Reads a source as the command line writes it, if it is one of documents.
   *
   * @param data the path of a shard, of a directory of shards, or of several by a glob ({@code
   *     c4/*.json.gz}); {@code urls:FILE} with an address a line; {@code
   *     hf:datasets/OWNER/NAME[@revision]/FILES}, where FILES may be a glob
   * @param glob which files of a directory
   * @param cache for what is fetched
   * @param hub asked for only where it is needed
   * @return nothing where the data are something else
   * @throws DataException if a directory holds both documents and other text
   */
  public static Optional<DocumentSource> parse(
      String data, Optional<String> glob, Path cache, Supplier<Hub> hub) {
    if (data.startsWith(URLS)) {
      Path list = Path.of(data.substring(URLS.length()));
      return Optional.of(new DocumentSource(data, listed(list, cache, hub)));
    }
    if (HubAddress.isAddress(data)) {
      return Optional.of(new DocumentSource(data, onHub(data, hub)));
    }
    try {
      ShardListing found = onDisk(data, glob, cache);
      return found.shards().isEmpty()
          ? Optional.empty()
          : Optional.of(new DocumentSource(name(data), found.shards(), found.leftOut()));
    } catch (InvalidPathException noPath) {
      return Optional.empty();
    }
  }

  private static ShardListing onDisk(String data, Optional<String> glob, Path cache) {
    Optional<Path> path = path(data).filter(Files::exists);
    if (path.isEmpty()) {
      return ShardListing.matching(data, cache);
    }
    return Files.isDirectory(path.get())
        ? ShardListing.of(path.get(), cache, glob.map(Glob::of))
        : one(path.get());
  }

  /** The path that a text is; on Windows one with a glob is none. */
  private static Optional<Path> path(String data) {
    try {
      return Optional.of(Path.of(data));
    } catch (InvalidPathException withGlob) {
      return Optional.empty();
    }
  }

  private static String name(String data) {
    return path(data)
        .map(path -> String.valueOf(path.toAbsolutePath().normalize().getFileName()))
        .orElse(data.substring(data.lastIndexOf('/') + 1));
  }

  private static ShardListing one(Path file) {
    String name = String.valueOf(file.getFileName());
    boolean holds = DocumentFormat.of(name).isPresent();
    return new ShardListing(
        holds ? List.of(new DocumentShard.OnDisk(name, file)) : List.of(), new SkippedFiles());
  }

  private static List<DocumentShard> onHub(String data, Supplier<Hub> hub) {
    HubAddress address = HubAddress.parse(data);
    if (address.kind() != HubAddress.Kind.DATASET || address.file().isEmpty()) {
      throw new DataException(
          data + ": expected a data set's files, as hf:datasets/allenai/c4/en/c4-train.*.json.gz");
    }
    Hub client = hub.get();
    Hub.Listing listing = client.list(address);
    Glob glob = Glob.ofPath(address.file().get());
    List<DocumentShard> shards =
        listing.files().stream()
            .sorted()
            .filter(name -> glob.matches(name))
            .<DocumentShard>map(name -> new DocumentShard.OnHub(client, listing, name))
            .toList();
    if (shards.isEmpty()) {
      throw new DataException(
          data + ": none of the repository's " + listing.files().size() + " files matches");
    }
    shards.forEach(shard -> DocumentFormat.require(shard.name()));
    return shards;
  }

  private static List<DocumentShard> listed(Path list, Path cache, Supplier<Hub> hub) {
    List<DocumentShard> shards = new ArrayList<>();
    try {
      int number = 0;
      for (String line : Files.readAllLines(list)) {
        number++;
        String address = (number == 1 ? line.replace(BYTE_ORDER_MARK, "") : line).strip();
        if (!address.isEmpty() && !address.startsWith("#")) {
          shards.addAll(address(list + ":" + number, address, cache, hub));
        }
      }
    } catch (IOException e) {
      throw DataException.of(list, "cannot be read as a list of addresses", e);
    }
    return shards;
  }

  private static List<DocumentShard> address(
      String where, String address, Path cache, Supplier<Hub> hub) {
    if (HubAddress.isAddress(address)) {
      return onHub(address, hub);
    }
    try {
      URI uri = new URI(address);
      if (uri.getHost() != null && String.valueOf(uri.getScheme()).matches("https?")) {
        DocumentFormat.require(uri.getPath());
        return List.of(new DocumentShard.OnWeb(uri, cache));
      }
    } catch (URISyntaxException e) {
      throw new DataException(where + ": is not an address: " + e.getReason(), e);
    }
    throw new DataException(
        where
            + ": '"
            + address
            + "' is not an address, expected http://, https:// or hf:datasets/");
  }
}
