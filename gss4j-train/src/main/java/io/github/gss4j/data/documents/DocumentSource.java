package io.github.gss4j.data.documents;

import io.github.gss4j.checkpoint.hub.Hub;
import io.github.gss4j.checkpoint.hub.HubAddress;
import io.github.gss4j.data.DataException;
import io.github.gss4j.data.DirectorySource;
import io.github.gss4j.data.Glob;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.PatternSyntaxException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shards of documents in a fixed order.
 *
 * @param name for reports
 * @param shards at least one
 */
public record DocumentSource(String name, List<Shard> shards) {
  /** What a list of addresses begins with. */
  public static final String URLS = "urls:";

  private static final Logger LOG = LoggerFactory.getLogger(DocumentSource.class);
  private static final String GLOB_CHARACTERS = "*?[{";

  /** Copies the shards. */
  public DocumentSource {
    shards = List.copyOf(shards);
    if (shards.isEmpty()) {
      throw new DataException(name + ": no files of documents, expected at least one");
    }
  }

  /**
   * Reads a source as the command line writes it, if it is one of documents.
   *
   * @param data the path of a shard, of a directory that holds nothing but shards, or of several by
   *     a glob ({@code c4/*.json.gz}); {@code urls:FILE} with an address a line; {@code
   *     hf:datasets/OWNER/NAME[@revision]/FILES}, where FILES may be a glob
   * @param glob which files of a directory
   * @param cache for what is fetched
   * @param hub asked for only where it is needed
   * @return nothing where the data are something else
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
      Path path = Path.of(data);
      String name = String.valueOf(path.toAbsolutePath().normalize().getFileName());
      List<Shard> shards =
          Files.isDirectory(path)
              ? inDirectory(path, cache, glob)
              : Files.exists(path) ? one(path) : matching(data, cache);
      return shards.isEmpty() ? Optional.empty() : Optional.of(new DocumentSource(name, shards));
    } catch (InvalidPathException noPath) {
      return Optional.empty();
    }
  }

  private static List<Shard> one(Path file) {
    String name = String.valueOf(file.getFileName());
    return DocumentFormat.of(name).isPresent() ? List.of(new Shard.OnDisk(name, file)) : List.of();
  }

  /** The shards of a directory; none where it holds anything else. */
  private static List<Shard> inDirectory(Path root, Path cache, Optional<String> glob) {
    Optional<Glob> chosen = glob.map(Glob::of);
    List<Shard> files = walk(root, cache, name -> chosen.isEmpty() || chosen.get().matches(name));
    List<Shard> documents =
        files.stream().filter(f -> DocumentFormat.of(f.name()).isPresent()).toList();
    if (!documents.isEmpty() && documents.size() < files.size()) {
      LOG.warn(
          "{} is read as plain text: {} of its {} files hold documents ({}, …); choose those by a"
              + " glob, or leave out the others",
          root,
          documents.size(),
          files.size(),
          documents.get(0).name());
      return List.of();
    }
    return documents;
  }

  /** The shards that a path with a glob in it stands for. */
  private static List<Shard> matching(String data, Path cache) {
    int first = 0;
    while (first < data.length() && GLOB_CHARACTERS.indexOf(data.charAt(first)) < 0) {
      first++;
    }
    if (first == data.length()) {
      return List.of();
    }
    int slash = data.lastIndexOf('/', first);
    Path root = Path.of(slash < 0 ? "." : data.substring(0, slash + 1));
    if (!Files.isDirectory(root)) {
      throw new DataException(root, "no such directory, in " + data);
    }
    PathMatcher matcher = matcher(data.substring(slash + 1));
    List<Shard> shards = walk(root, cache, name -> matcher.matches(Path.of(name)));
    if (shards.isEmpty()) {
      throw new DataException(data + ": no file matches");
    }
    shards.forEach(shard -> require(shard.name()));
    return shards;
  }

  private static PathMatcher matcher(String glob) {
    try {
      return FileSystems.getDefault().getPathMatcher("glob:" + glob);
    } catch (PatternSyntaxException e) {
      throw new DataException("the glob '" + glob + "' cannot be read: " + e.getDescription(), e);
    }
  }

  /** Files below a directory, sorted by name, but for hidden ones. */
  private static List<Shard> walk(Path root, Path cache, Predicate<String> chosen) {
    return DirectorySource.files(root, cache).entrySet().stream()
        .filter(file -> chosen.test(file.getKey()))
        .<Shard>map(file -> new Shard.OnDisk(file.getKey(), file.getValue()))
        .toList();
  }

  private static List<Shard> onHub(String data, Supplier<Hub> hub) {
    HubAddress address = HubAddress.parse(data);
    if (address.kind() != HubAddress.Kind.DATASET || address.file().isEmpty()) {
      throw new DataException(
          data + ": expected a data set's files, as hf:datasets/allenai/c4/en/c4-train.*.json.gz");
    }
    Hub here = hub.get();
    Hub.Listing listing = here.list(address);
    PathMatcher matcher = matcher(address.file().get());
    List<Shard> shards =
        listing.files().stream()
            .sorted()
            .filter(name -> matcher.matches(Path.of(name)))
            .<Shard>map(name -> new Shard.OnHub(here, listing, name))
            .toList();
    if (shards.isEmpty()) {
      throw new DataException(
          data + ": none of the repository's " + listing.files().size() + " files matches");
    }
    shards.forEach(shard -> require(shard.name()));
    return shards;
  }

  private static List<Shard> listed(Path list, Path cache, Supplier<Hub> hub) {
    List<Shard> shards = new ArrayList<>();
    try {
      int number = 0;
      for (String line : Files.readAllLines(list)) {
        number++;
        String address = line.strip();
        if (!address.isEmpty() && !address.startsWith("#")) {
          shards.addAll(address(list + ":" + number, address, cache, hub));
        }
      }
    } catch (IOException e) {
      throw DataException.of(list, "cannot be read as a list of addresses", e);
    }
    return shards;
  }

  private static List<Shard> address(String where, String address, Path cache, Supplier<Hub> hub) {
    if (HubAddress.isAddress(address)) {
      return onHub(address, hub);
    }
    try {
      URI uri = new URI(address);
      if (uri.getHost() != null && String.valueOf(uri.getScheme()).matches("https?")) {
        require(uri.getPath());
        return List.of(new Shard.OnWeb(uri, cache));
      }
    } catch (URISyntaxException e) {
      throw new DataException(where + ": is no address: " + e.getReason(), e);
    }
    throw new DataException(
        where + ": '" + address + "' is no address, expected http://, https:// or hf:datasets/");
  }

  private static void require(String name) {
    if (DocumentFormat.of(name).isEmpty()) {
      throw new DataException(
          name + ": holds no documents, expected .jsonl, .json.gz, .jsonl.zst or .parquet");
    }
  }
}
