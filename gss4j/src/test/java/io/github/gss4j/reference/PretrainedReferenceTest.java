package io.github.gss4j.reference;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.checkpoint.Safetensors;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Sampling;
import io.github.gss4j.generation.TextGenerator;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.torch.TorchModel;
import io.github.gss4j.weights.PretrainedModel;
import io.github.gss4j.weights.TensorFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Checkpoints in the form of the published model give the published package's logits, loss and
 * greedy tokens, in every form of file.
 *
 * <p>They are all {@code .pt} files in the directories {@code pretrained_form} below those that
 * {@code gss.reference} names.
 */
class PretrainedReferenceTest {
  private static List<Path> forms() {
    return ReferenceCase.directories().stream()
        .map(d -> d.resolve("pretrained_form"))
        .filter(Files::isDirectory)
        .toList();
  }

  private static Stream<Path> checkpoints() {
    List<Path> found = forms().stream().flatMap(PretrainedReferenceTest::files).toList();
    assertThat(found).as("checkpoints below %s", ReferenceCase.directories()).isNotEmpty();
    return found.stream();
  }

  private static Stream<Path> files(Path directory) {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(f -> f.toString().endsWith(".pt")).sorted().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isHalf(Path checkpoint) {
    return checkpoint.getFileName().toString().contains("float16");
  }

  @TestFactory
  Stream<DynamicTest> logitsAndLoss() {
    return checkpoints()
        .flatMap(
            file ->
                Stream.of(Precision.FLOAT64, Precision.FLOAT32)
                    .map(p -> DynamicTest.dynamicTest(file + " " + p, () -> check(file, p))));
  }

  private static void check(Path checkpoint, Precision precision) {
    String name = isHalf(checkpoint) ? "expected_float16" : "expected";
    ReferenceCase expected =
        new ReferenceCase(
            Safetensors.open(checkpoint.resolveSibling(name + ".safetensors")), "", null);
    double outputs = precision == Precision.FLOAT64 ? 1e-10 : 2e-5;
    double losses = precision == Precision.FLOAT64 ? 1e-9 : 2e-5;
    try (PointerScope scope = new PointerScope();
        LanguageModel model = PretrainedModel.load(checkpoint, precision, Tensors.device("cpu"))) {
      Tensor ids = expected.get("in.ids");
      Tensor logits = model.logits(ids);
      assertThat(expected.difference(logits, "out.logits")).as("logits").isLessThan(outputs);
      long length = ids.size(1) - 1;
      Tensor loss =
          torch.cross_entropy_loss(
              logits.narrow(1, 0, length).flatten(0, 1), ids.narrow(1, 1, length).flatten());
      assertThat(expected.difference(loss, "out.loss_shifted")).as("loss").isLessThan(losses);
    }
  }

  @TestFactory
  Stream<DynamicTest> greedyTokens() {
    return checkpoints()
        .filter(file -> !isHalf(file))
        .map(file -> DynamicTest.dynamicTest(file.toString(), () -> checkGreedy(file)));
  }

  private static void checkGreedy(Path checkpoint) {
    Safetensors expected = Safetensors.open(checkpoint.resolveSibling("greedy.safetensors"));
    try (PointerScope scope = new PointerScope();
        TorchModel model =
            TorchModel.owning(
                PretrainedModel.load(checkpoint, Precision.FLOAT32, Tensors.device("cpu")))) {
      TextGenerator generator = new TextGenerator(model, null);
      long[] tokens = Tensors.toLongs(TensorFiles.read(expected.file(), "out.tokens"));
      int[] prompt =
          Arrays.stream(Tensors.toLongs(TensorFiles.read(expected.file(), "in.prompt")))
              .mapToInt(Math::toIntExact)
              .toArray();
      List<Integer> written =
          generator
              .generate(
                  List.of(prompt),
                  GenerationOptions.of(tokens.length, Sampling.greedy()),
                  (s, id, text) -> {})
              .get(0)
              .ids();
      assertThat(written)
          .containsExactlyElementsOf(Arrays.stream(tokens).mapToObj(t -> (int) t).toList());
    }
  }
}
