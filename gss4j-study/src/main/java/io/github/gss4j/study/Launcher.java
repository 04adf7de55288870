package io.github.gss4j.study;

import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.data.TokenStore;
import java.io.IOException;
import java.nio.file.Path;

/** How a study's runs are made: the command line gives each a process of its own. */
public interface Launcher {
  /**
   * Trains to the end, continuing with what is in the directory; stops early where it is asked to.
   *
   * @param config of the run
   * @param directory of the run
   */
  void train(TrainConfig config, Path directory) throws IOException;

  /** What of a run's text is never trained on; the caller closes it. */
  TokenStore heldOut(TrainConfig config);
}
