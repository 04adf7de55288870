package io.github.gss4j.hub;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches models from the Hugging Face hub into its cache, and finds those that are there.
 *
 * <p>Safe to share between threads; two that want the same file wait for each other.
 */
public final class Hub {
  private static final Logger LOG = LoggerFactory.getLogger(Hub.class);

  private final HubSettings settings;
  private final RetryPolicy policy;
  private final HubCache cache;
  private final HubClient client;

  /** Logs what is downloaded and what comes from the cache. */
  private final HubClient brief;

  /** A hub that is reached, and a cache that lies, where the settings say. */
  public Hub(HubSettings settings) {
    this(settings, RetryPolicy.usual());
  }

  Hub(HubSettings settings, RetryPolicy policy) {
    this.settings = settings;
    this.policy = policy;
    this.cache = new HubCache(settings.cache(), settings.symlinks());
    this.client = new HubClient(settings, policy);
    this.brief = new HubClient(settings, policy.brief());
  }

  /**
   * Downloads a model: its weights (or the file that the address names), config, tokenizer and
   * model card. Offline, and with a warning where the hub does not answer, takes what the cache
   * holds; a commit that the cache has whole is asked for nowhere.
   *
   * @param progress is told of what is downloaded, not of what was there
   * @throws HubException if it cannot be found or fetched; the message says what to do
   */
  public HubSnapshot pull(HubAddress address, DownloadListener progress) {
    HubSnapshot snapshot = settings.offline() ? cached(address) : fetched(address, progress);
    List<String> others = snapshot.selection().others();
    if (address.file().isEmpty() && !others.isEmpty()) {
      LOG.info(
          "{}: took {}; there is also {}: name one as in {}",
          address,
          snapshot.selection().weights().get(0),
          FileNames.list(others),
          address.withFile(others.get(0)));
    }
    return snapshot;
  }

  private HubSnapshot fetched(HubAddress address, DownloadListener progress) {
    Optional<HubSnapshot> kept = ifKept(() -> Optional.of(cached(address)));
    if (address.isPinned() && kept.filter(Hub::isWhole).isPresent()) {
      return kept.get();
    }
    Optional<HubClient.Listing> news = news(address, kept);
    if (news.isEmpty()) {
      return kept.get();
    }
    HubClient.Listing listing = news.get();
    HubSelection selection =
        HubSelection.of(
            address,
            listing.files(),
            index -> IndexFile.shards(fetch(address, listing.commit(), index, progress)));
    for (String file : selection.files()) {
      fetch(address, listing.commit(), file, progress);
    }
    cache.remember(address, listing.commit());
    return new HubSnapshot(cache.snapshot(address, listing.commit()), listing.commit(), selection);
  }

  /** Lists a repository; nothing where the hub does not answer, but the cache has what it holds. */
  private Optional<HubClient.Listing> news(HubAddress address, Optional<?> kept) {
    try {
      return Optional.of((kept.isPresent() ? brief : client).listing(address));
    } catch (HubException e) {
      if (kept.isEmpty() || !e.isAway()) {
        throw e;
      }
      LOG.warn("{}; {} is taken from the cache as it is there", e.getMessage(), address);
      return Optional.empty();
    }
  }

  /** What the cache has; nothing where it is not whole. */
  private static <T> Optional<T> ifKept(Supplier<Optional<T>> kept) {
    try {
      return kept.get();
    } catch (HubException notWhole) {
      return Optional.empty();
    }
  }

  /** Whether nothing can be missing, whichever program fetched it. */
  private static boolean isWhole(HubSnapshot snapshot) {
    return snapshot.selection().companions().contains("config.json");
  }

  private HubSnapshot cached(HubAddress address) {
    String commit = cachedCommit(address);
    List<String> files = cache.files(address, commit);
    if (files.isEmpty()) {
      throw notCached(address);
    }
    try {
      Path snapshot = cache.snapshot(address, commit);
      HubSelection selection =
          HubSelection.of(
              address, files, index -> IndexFile.shards(cache.pointer(address, commit, index)));
      return new HubSnapshot(snapshot, commit, selection);
    } catch (HubException e) {
      throw new HubException(
          "offline, and in the cache " + e.getMessage() + ": pull it once without HF_HUB_OFFLINE",
          e);
    }
  }

  /**
   * Downloads any file of a repository.
   *
   * @param repository where it is; a file that this names plays no part
   * @param name the file's name in the repository
   * @return where it lies
   * @throws HubException if it cannot be found or fetched; the message says what to do
   * @throws IllegalArgumentException if the name is not a file's
   */
  public Path file(HubAddress repository, String name, DownloadListener progress) {
    HubAddress address = repository.withFile(name);
    Optional<Path> kept =
        settings.offline() ? keptFile(address, name) : ifKept(() -> keptFile(address, name));
    if (kept.isPresent() && (settings.offline() || address.isPinned())) {
      return kept.get();
    }
    if (settings.offline()) {
      throw notCached(address);
    }
    Optional<HubClient.Listing> news = news(address, kept);
    if (news.isEmpty()) {
      return kept.get();
    }
    HubClient.Listing listing = news.get();
    HubSelection.checkHolds(address, name, listing.files());
    Path file = fetch(address, listing.commit(), name, progress);
    cache.remember(address, listing.commit());
    return file;
  }

  private Optional<Path> keptFile(HubAddress address, String name) {
    Path pointer = cache.pointer(address, cachedCommit(address), name);
    return Optional.of(pointer).filter(Files::exists);
  }

  /**
   * What a repository holds at a revision.
   *
   * @param address pinned to the commit that the revision stands for
   * @param files all names; without the hub, those that the cache has
   */
  public record Listing(HubAddress address, List<String> files) {}

  /**
   * Lists a repository. Offline, and with a warning where the hub does not answer, lists what the
   * cache holds, which may be a part: the log says how many files that is.
   *
   * @throws HubException if it can neither be reached nor is in the cache
   */
  public Listing list(HubAddress address) {
    if (settings.offline()) {
      return told(keptListing(address).orElseThrow(() -> notCached(address)));
    }
    Optional<Listing> kept = ifKept(() -> keptListing(address));
    Optional<HubClient.Listing> news = news(address, kept);
    if (news.isEmpty()) {
      return told(kept.get());
    }
    cache.remember(address, news.get().commit());
    return new Listing(address.withRevision(news.get().commit()), news.get().files());
  }

  private Optional<Listing> keptListing(HubAddress address) {
    String commit = cachedCommit(address);
    List<String> files = cache.files(address, commit);
    return files.isEmpty()
        ? Optional.empty()
        : Optional.of(new Listing(address.withRevision(commit), files));
  }

  private static Listing told(Listing kept) {
    LOG.warn(
        "{}: the cache holds {} of the repository's files; any that were never fetched are missing",
        kept.address().repository(),
        kept.files().size());
    return kept;
  }

  /**
   * Downloads one file of a {@link #list listed} repository to disk, without listing it again.
   *
   * @throws HubException if it cannot be found or fetched; the message says what to do
   */
  public Path listed(Listing listing, String name, DownloadListener progress) {
    HubAddress address = listing.address();
    Path pointer = cache.pointer(address, address.revision(), name);
    if (Files.exists(pointer)) {
      return pointer;
    }
    if (settings.offline()) {
      throw notCached(address.withFile(name));
    }
    return fetch(address, address.revision(), name, progress);
  }

  private String cachedCommit(HubAddress address) {
    return cache.commit(address).orElseThrow(() -> notCached(address));
  }

  private HubException notCached(HubAddress address) {
    return new HubException(
        "offline, and "
            + address
            + " is not in the cache "
            + cache.folder(address)
            + ": pull it once without HF_HUB_OFFLINE, or set HF_HUB_CACHE to the cache that has"
            + " it");
  }

  private Path fetch(HubAddress address, String commit, String file, DownloadListener progress) {
    Path pointer = cache.pointer(address, commit, file);
    if (Files.exists(pointer)) {
      return pointer;
    }
    RemoteFile remote = client.describe(address, commit, file);
    Path blob = cache.blob(address, remote.etag());
    try (CacheLock lock = CacheLock.take(cache.lock(address, remote.etag()), policy)) {
      if (Files.exists(pointer)) {
        return pointer;
      }
      boolean fresh = !Files.exists(blob);
      if (fresh) {
        new BlobDownload(client, address, remote, blob, policy, progress).run();
      }
      cache.link(blob, pointer, fresh);
    }
    return pointer;
  }
}
