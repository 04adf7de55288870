package io.github.gss4j.study.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.batches.LabelledData;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.config.training.ClassifyConfig;
import io.github.gss4j.run.ClassifierRun;
import io.github.gss4j.run.RunListener;
import io.github.gss4j.study.listops.ListOpsGenerator;
import io.github.gss4j.study.pathfinder.Generator;
import io.github.gss4j.study.pathfinder.Variant;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArenaTest {
  @TempDir Path directory;

  private static ObjectNode settings() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("dim", 16).put("depth", 2).put("dim_expansion_factor", 2);
    json.put("dss_kernel_N", 8).put("dss_kernel_H", 16).put("bidirectional", true);
    return json.put("steps", 2).put("batch", 2).put("num_classes", 2);
  }

  private static ClassifyConfig config(ObjectNode settings) {
    return ClassifyConfig.from(new JsonFields("test", settings));
  }

  private ClassifierRun.Result train(ObjectNode settings, LabelledData data, String run)
      throws IOException {
    return ClassifierRun.start(config(settings), data, directory.resolve(run))
        .run(new RunListener() {}, () -> false);
  }

  @Test
  void pathfinderIsDividedAndTrainedOn() throws IOException {
    new Generator(Variant.PATH32, 1, 1).write(directory.resolve("path"), 20, i -> {});
    LabelledData images = Arena.open(directory.resolve("path"));
    assertThat(images.train().size()).isEqualTo(16);
    assertThat(images.validation().size()).isEqualTo(2);
    assertThat(images.test().size()).isEqualTo(2);
    assertThat(train(settings().put("input_dim", 1), images, "run").finished()).isTrue();
  }

  @Test
  void listOpsIsTrainedOn() throws IOException {
    new ListOpsGenerator(4, 4, 5, 40, 1).write(directory.resolve("ops"), 20, 4, i -> {});
    LabelledData ops = Arena.open(directory.resolve("ops"));
    ObjectNode tokens = settings().put("num_tokens", 15).put("accumulate", 2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> train(tokens, ops, "run"))
        .withMessageContaining("num_classes is 2, expected 10");
    assertThat(train(tokens.put("num_classes", 10), ops, "run").steps()).isEqualTo(2);
    assertThat(directory.resolve("run/result.json")).exists();
  }
}
