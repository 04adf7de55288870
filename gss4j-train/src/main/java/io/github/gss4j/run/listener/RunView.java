package io.github.gss4j.run.listener;

import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.data.TrainingText;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.run.files.RunDirectory;
import io.github.gss4j.tracking.KernelPicture;
import java.util.List;

/** What listeners see of a run. */
public interface RunView {
  /** The model that is being trained, with the weights that are trained, not their average. */
  LanguageModel model();

  /** How many of the model's numbers are trained; all others are frozen. */
  long trainableCount();

  /** The run's configuration. */
  TrainConfig config();

  /** The text. */
  TrainingText corpus();

  /** Where everything is written. */
  RunDirectory directory();

  /**
   * What the state-space layers have learned so far, to be drawn; where several ranks train, while
   * the run tells its listeners of an evaluation, or on all ranks at once.
   */
  List<KernelPicture> kernels();
}
