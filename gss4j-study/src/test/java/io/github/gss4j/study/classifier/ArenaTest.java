package io.github.gss4j.study.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.batches.LabelledData;
import io.github.gss4j.batches.LabelledSequences;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.config.training.ClassifyConfig;
import io.github.gss4j.run.ClassifierRun;
import io.github.gss4j.run.listener.RunListener;
import io.github.gss4j.study.listops.ListOpsGenerator;
import io.github.gss4j.study.pathfinder.Generator;
import io.github.gss4j.study.pathfinder.Variant;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
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
    assertThat(images.task().train().size()).isEqualTo(16);
    assertThat(images.task().validation().size()).isEqualTo(2);
    assertThat(images.test().size()).isEqualTo(2);
    assertThat(train(settings().put("input_dim", 1), images, "run").finished()).isTrue();
  }

  @Test
  void imagesAreDrawnOnTheWayEachOnceAndNoneOfTheTest() {
    ObjectNode drawn = settings().put("input_dim", 1).put("data", "pathfinder:16");
    drawn.put("contour_length", 4).put("test_images", 40).putArray("curriculum").add(2);
    LabelledData images = Arena.of(config(drawn));
    assertThat(images.stages())
        .extracting(LabelledData.Stage::name)
        .containsExactly("contours of 2 pieces", "contours of 4 pieces");
    Set<String> seen = new HashSet<>();
    for (LabelledSequences part :
        List.of(images.task().train(), images.task().validation(), images.test())) {
      for (int i = 0; i < 40; i++) {
        assertThat(seen.add(Arrays.toString(part.sequence(i))))
            .as("image %d of %s", i, part)
            .isTrue();
        part.sequence(i)[0] ^= 1;
        assertThat(seen).as("image %d once more", i).contains(Arrays.toString(part.sequence(i)));
      }
    }
    assertThat(images.test().majority()).isEqualTo(0.5);
    drawn.put("input_dim", 2).put("objective", "masked");
    assertThat(Arena.of(config(drawn)).stages()).hasSize(1);
  }

  /** Of the third stage's pairs every other one is of the first stage or the second, in turn. */
  @Test
  void whatWasLearnedBeforeIsRehearsed() {
    ObjectNode drawn = settings().put("input_dim", 1).put("data", "pathfinder:16");
    drawn.put("rehearsal", 0.5).putArray("curriculum").add(2).add(3);
    List<LabelledData.Stage> stages = Arena.of(config(drawn)).stages();
    drawn.put("rehearsal", 0);
    List<LabelledData.Stage> alone = Arena.of(config(drawn)).stages();
    int[] from = {2, 2, 0, 0, 2, 2, 1, 1, 2, 2, 0, 0};
    for (int i = 0; i < from.length; i++) {
      LabelledSequences mixed = stages.get(2).train();
      LabelledSequences expected = alone.get(from[i]).train();
      assertThat(mixed.sequence(i)).as("image %d", i).isEqualTo(expected.sequence(i));
      assertThat(mixed.label(i)).isEqualTo(expected.label(i));
      assertThat(mixed.traced(i).path()).isEqualTo(expected.traced(i).path());
      assertThat(stages.get(0).train().sequence(i)).isEqualTo(alone.get(0).train().sequence(i));
      assertThat(mixed.label(i) + mixed.label(i ^ 1)).isEqualTo(1);
    }
  }

  /** The path is bright where it is, joins the markers' surroundings, and is none with label 0. */
  @Test
  void thePathIsTheContourBetweenTheMarkers() {
    ObjectNode drawn = settings().put("input_dim", 1).put("data", "pathfinder:32");
    LabelledSequences images = Arena.of(config(drawn)).task().train();
    for (int i = 0; i < 20; i++) {
      int[] path = images.traced(i).path();
      int[] pixels = images.sequence(i);
      assertThat(images.traced(i).sequence()).isEqualTo(pixels);
      int on = Arrays.stream(path).sum();
      if (images.label(i) == 0) {
        assertThat(on).isZero();
      } else {
        assertThat(on).isGreaterThan(14);
        assertThat(IntStream.range(0, path.length).filter(p -> path[p] == 1))
            .allMatch(p -> pixels[p] > 30);
      }
    }
  }

  @Test
  void easierImagesHaveShorterContoursAndFewerDistractors() {
    assertThat(IntStream.of(2, 4, 6, 9, 13).map(l -> Variant.PATH32.easier(l).distractors()))
        .containsExactly(0, 1, 2, 3, 5);
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
