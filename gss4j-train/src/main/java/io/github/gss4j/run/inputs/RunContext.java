package io.github.gss4j.run.inputs;

import io.github.gss4j.checkpoint.ModelFiles;
import io.github.gss4j.distributed.Distribution;
import io.github.gss4j.hub.DownloadListener;
import io.github.gss4j.hub.Hub;
import io.github.gss4j.hub.HubProxy;
import io.github.gss4j.hub.HubSettings;
import io.github.gss4j.run.listener.RunListener;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a run gets from its caller and not from its configuration.
 *
 * @param cache a directory where joined, encoded and fetched texts are kept, for other runs too
 * @param hub where {@code hf:} models and texts come from; asked for only where one is named
 * @param downloads is told of what is fetched
 * @param distribution how ranks share the work; its group is open for as long as the run is
 * @param listener is called on the first rank
 */
public record RunContext(
    Path cache,
    Supplier<Hub> hub,
    DownloadListener downloads,
    Distribution distribution,
    RunListener listener) {
  /** One process without a network: of the hub it has what is in the cache. */
  public static RunContext offline(Path cache) {
    return of(cache, () -> new Hub(offlineHub(cache.resolve("hub"))));
  }

  private static HubSettings offlineHub(Path cache) {
    HubProxy none = new HubProxy(Optional.empty(), Optional.empty(), List.of());
    return new HubSettings(HubSettings.PUBLIC_ENDPOINT, Optional.empty(), cache, true, true, none);
  }

  /** One process that may fetch. */
  public static RunContext of(Path cache, Supplier<Hub> hub) {
    return new RunContext(
        cache, hub, DownloadListener.none(), Distribution.single(), new RunListener() {});
  }

  /** A copy with another listener of downloads. */
  public RunContext withDownloads(DownloadListener progress) {
    return new RunContext(cache, hub, progress, distribution, listener);
  }

  /** The same, on one of several ranks. */
  public RunContext withDistribution(Distribution ranks) {
    return new RunContext(cache, hub, downloads, ranks, listener);
  }

  /** The same, with a listener. */
  public RunContext withListener(RunListener newListener) {
    return new RunContext(cache, hub, downloads, distribution, newListener);
  }

  /** Where a model is on disk; one of the hub's is fetched. */
  Path locate(String model) {
    return ModelFiles.locate(model, hub.get(), downloads);
  }

  /** Where its texts are found. */
  public Texts texts() {
    return new Texts(cache, hub);
  }
}
