package io.github.gss4j.run;

import static io.github.gss4j.run.ClassifierFixture.SILENT;
import static io.github.gss4j.run.ClassifierFixture.accuracy;
import static io.github.gss4j.run.ClassifierFixture.averaged;
import static io.github.gss4j.run.ClassifierFixture.config;
import static io.github.gss4j.run.ClassifierFixture.load;
import static io.github.gss4j.run.ClassifierFixture.losses;
import static io.github.gss4j.run.ClassifierFixture.metrics;
import static io.github.gss4j.run.ClassifierFixture.settings;
import static io.github.gss4j.run.ClassifierFixture.task;
import static io.github.gss4j.run.ClassifierFixture.tensor;
import static io.github.gss4j.run.ClassifierFixture.validations;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.config.training.ClassifierObjective;
import io.github.gss4j.config.training.ClassifyConfig;
import io.github.gss4j.model.SequenceClassifier;
import io.github.gss4j.trainer.TrainableClassifier;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Classifiers whose layers normalise over the batch. */
class BatchNormRunTest {
  private static final String MEAN = "layers.1.norm.running_mean";

  @TempDir Path directory;

  private static ObjectNode normed() {
    return settings().put("norm", "batch");
  }

  private void train(ObjectNode settings, String name) throws IOException {
    ClassifierRun.start(config(settings), task(), directory.resolve(name)).run(SILENT, () -> false);
  }

  @Test
  void itLearnsAndIsValidatedByRunningStatistics() throws IOException {
    train(normed(), "run");
    Path home = directory.resolve("run");
    try (SequenceClassifier model = load(home.resolve("last"))) {
      double alone = accuracy(model, task().task().validation());
      assertThat(alone).isGreaterThan(0.9);
      assertThat(validations(home).get(2).accuracy())
          .as("neither the batch nor padding has influence")
          .isCloseTo(alone, within(1e-9));
    }
  }

  @Test
  void aRunThatIsStoppedGoesOnToTheBitAveragesToo() throws IOException {
    ClassifyConfig config = config(averaged().put("norm", "batch"));
    Path whole = directory.resolve("whole");
    ClassifierRun.start(config, task(), whole).run(SILENT, () -> false);
    Path parts = directory.resolve("parts");
    int[] asked = {0};
    ClassifierRun.start(config, task(), parts).run(SILENT, () -> ++asked[0] > 16);
    ClassifierRun.resume(config, task(), parts).run(SILENT, () -> false);
    for (String file : List.of("last/model.safetensors", "last/optimizer.safetensors")) {
      assertThat(parts.resolve(file)).as(file).hasSameBinaryContentAs(whole.resolve(file));
    }
    assertThat(metrics(parts)).isEqualTo(metrics(whole));
  }

  @Test
  void layersThatAreComputedAgainRememberTheSame() throws IOException {
    ObjectNode settings = normed().put("steps", 20);
    train(settings, "whole");
    train(settings.put("checkpoint_layers", true), "again");
    assertThat(losses(directory.resolve("again"))).isEqualTo(losses(directory.resolve("whole")));
    assertThat(tensor(directory.resolve("again/last/model.safetensors"), MEAN))
        .isEqualTo(tensor(directory.resolve("whole/last/model.safetensors"), MEAN));
  }

  @Test
  void severalRanksAreRefused() {
    ClassifyConfig config = config(normed());
    try (SequenceClassifier model = SequenceClassifier.create(config.model(), 1)) {
      TrainableClassifier task =
          new TrainableClassifier(model, ClassifierObjective.LABEL, config.recipe(), 0, false);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> task.addGradients(1, step -> List.of(), null, 2))
          .withMessageContaining("norm is 'batch' on 2 ranks");
    }
  }
}
