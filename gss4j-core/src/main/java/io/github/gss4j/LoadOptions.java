package io.github.gss4j;

import io.github.gss4j.engine.EngineOptions;
import io.github.gss4j.hub.DownloadListener;
import io.github.gss4j.hub.Hub;
import io.github.gss4j.hub.HubSettings;
import java.util.Optional;

/**
 * How a model is found and held.
 *
 * @param engine by name: {@code torch} or {@code java}; empty takes the first choice of those on
 *     the class path that can run the model so
 * @param forEngine dtype of the weights in memory, device and threads
 * @param hub where {@code hf:} models come from
 * @param progress is told of what is downloaded
 */
public record LoadOptions(
    Optional<String> engine, EngineOptions forEngine, Hub hub, DownloadListener progress) {
  /**
   * Float32 on the CPU, and the hub as the environment's variables have it ({@code HF_HOME}, {@code
   * HF_TOKEN} …), which is asked only for {@code hf:} models.
   */
  public static LoadOptions defaults() {
    return new LoadOptions(
        Optional.empty(),
        EngineOptions.DEFAULT,
        new Hub(HubSettings.fromEnvironment(System.getenv())),
        DownloadListener.none());
  }

  /** A copy with an engine of that name. */
  public LoadOptions withEngine(String name) {
    return new LoadOptions(Optional.of(name), forEngine, hub, progress);
  }

  /**
   * A copy with another dtype: {@code float32}, {@code float64}, {@code bfloat16}, {@code int8}.
   */
  public LoadOptions withDtype(String dtype) {
    return new LoadOptions(engine, forEngine.withDtype(dtype), hub, progress);
  }

  /** A copy with another device. */
  public LoadOptions withDevice(String device) {
    return new LoadOptions(engine, forEngine.withDevice(device), hub, progress);
  }

  /** A copy with other options of the engine. */
  public LoadOptions with(EngineOptions newForEngine) {
    return new LoadOptions(engine, newForEngine, hub, progress);
  }

  /** A copy with this many threads; 0 is as many as there are cores. */
  public LoadOptions withThreads(int threads) {
    return new LoadOptions(engine, forEngine.withThreads(threads), hub, progress);
  }

  /** A copy with another hub, and progress of its downloads. */
  public LoadOptions withHub(Hub newHub, DownloadListener newProgress) {
    return new LoadOptions(engine, forEngine, newHub, newProgress);
  }
}
