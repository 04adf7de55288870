package io.github.gss4j.model;

import static io.github.gss4j.layers.LayerFixture.difference;
import static io.github.gss4j.layers.LayerFixture.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.config.ClassifierConfig;
import io.github.gss4j.config.ClassifierConfig.Pooling;
import io.github.gss4j.config.LayerConfig;
import io.github.gss4j.config.LayerKinds;
import io.github.gss4j.config.NormKind;
import io.github.gss4j.config.StackConfig;
import io.github.gss4j.layers.Init;
import io.github.gss4j.layers.LayerFixture;
import io.github.gss4j.layers.Lengths;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.ops.Tensors;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SequenceClassifierTest {
  static Stream<LayerConfig> kinds() {
    return LayerKinds.all().stream();
  }

  private static ClassifierConfig config(
      ClassifierConfig.Input input, LayerConfig kind, boolean bidirectional, Pooling pooling) {
    StackConfig stack = new StackConfig(LayerFixture.DIM, 2, List.of(kind, kind));
    return new ClassifierConfig(input, 3, stack, bidirectional, pooling, NormKind.LAYER, 0);
  }

  private static SequenceClassifier classifier(ClassifierConfig config) {
    return SequenceClassifier.of(config, Init.random(4), Precision.FLOAT64, Tensors.device("cpu"));
  }

  /** Neither how much padding there is nor what stands in it, in any direction and pooling. */
  @ParameterizedTest
  @MethodSource("kinds")
  void paddingHasNoInfluence(LayerConfig kind) {
    for (Pooling pooling : Pooling.values()) {
      for (boolean bidirectional : new boolean[] {false, true}) {
        ClassifierConfig config =
            config(new ClassifierConfig.Values(2), kind, bidirectional, pooling);
        try (PointerScope scope = new PointerScope();
            SequenceClassifier model = classifier(config)) {
          Tensor a = random(1, Precision.FLOAT64, 1, 23, 2);
          Tensor b = random(2, Precision.FLOAT64, 1, 40, 2);
          Tensor padding = torch.full(new long[] {1, 17, 2}, new Scalar(Double.NaN));
          Tensor padded = torch.cat(new TensorVector(a, padding.to(a.scalar_type())), 1);
          Tensor batch = torch.cat(new TensorVector(padded, b), 0);
          Tensor logits = model.logits(batch, Lengths.of(new long[] {23, 40}, 40, batch));
          assertThat(difference(logits.narrow(0, 0, 1), model.logits(a))).isLessThan(1e-11);
          assertThat(difference(logits.narrow(0, 1, 1), model.logits(b))).isLessThan(1e-11);
        }
      }
    }
  }

  @Test
  void placesAreToldApartWhateverStandsBehindThem() {
    ClassifierConfig config =
        config(new ClassifierConfig.Values(2), LayerKinds.all().get(0), true, Pooling.MAX)
            .withPlaceClasses(4);
    try (PointerScope scope = new PointerScope();
        SequenceClassifier model = classifier(config)) {
      Tensor a = random(1, Precision.FLOAT64, 1, 23, 2);
      Tensor padded = torch.cat(new TensorVector(a, random(2, Precision.FLOAT64, 1, 5, 2)), 1);
      Tensor alone = model.placeLogits(a, Lengths.of(new long[] {23}, 23, a));
      Tensor places = model.placeLogits(padded, Lengths.of(new long[] {23}, 28, padded));
      assertThat(Tensors.shape(alone)).containsExactly(1, 23, 4);
      assertThat(difference(places.narrow(1, 0, 23), alone)).isLessThan(1e-11);
    }
  }

  @Test
  void idsInPaddingNeedNotBeOfTheVocabulary() {
    ClassifierConfig config =
        config(new ClassifierConfig.Tokens(5), LayerKinds.all().get(0), true, Pooling.MEAN);
    try (PointerScope scope = new PointerScope();
        SequenceClassifier model = classifier(config)) {
      Tensor ids = Tensors.of(new long[] {1, 4, 2, -1, 99}, 1, 5);
      Tensor logits = model.logits(ids, Lengths.of(new long[] {3}, 5, ids));
      assertThat(difference(logits, model.logits(ids.narrow(1, 0, 3)))).isLessThan(1e-11);
    }
  }

  /** What a causal classifier's first token finds does not change with later ones. */
  @Test
  void aBidirectionalLayerSeesTheFutureAndACausalOneDoesNot() {
    LayerConfig kind = LayerKinds.all().get(0);
    for (boolean bidirectional : new boolean[] {false, true}) {
      ClassifierConfig config =
          config(new ClassifierConfig.Values(2), kind, bidirectional, Pooling.MEAN);
      try (PointerScope scope = new PointerScope();
          SequenceClassifier model = classifier(config)) {
        Tensor x = random(1, Precision.FLOAT64, 1, 9, LayerFixture.DIM);
        Tensor changed = x.clone();
        changed.select(1, 8).fill_(new Scalar(1.0));
        Tensor before = model.layers().get(0).forward(x).select(1, 0);
        Tensor after = model.layers().get(0).forward(changed).select(1, 0);
        assertThat(difference(after.detach(), before.detach()) > 1e-9).isEqualTo(bidirectional);
      }
    }
  }

  @Test
  void configurationsComeBackFromJson() {
    for (LayerConfig kind : LayerKinds.all()) {
      for (ClassifierConfig.Input input :
          List.of(new ClassifierConfig.Tokens(7), new ClassifierConfig.Values(2))) {
        ClassifierConfig config = config(input, kind, true, Pooling.LAST);
        assertThat(ClassifierConfig.parse("config.json", config.toJson())).isEqualTo(config);
        ClassifierConfig places = config.withPlaceClasses(5);
        assertThat(ClassifierConfig.parse("config.json", places.toJson())).isEqualTo(places);
      }
    }
    ClassifierConfig.Input input = new ClassifierConfig.Values(1);
    StackConfig stack = StackConfig.of(LayerFixture.DIM, 2);
    ClassifierConfig normed =
        new ClassifierConfig(input, 2, stack, true, Pooling.MAX, NormKind.BATCH, 0);
    assertThat(ClassifierConfig.parse("config.json", normed.toJson())).isEqualTo(normed);
  }

  @Test
  void whatIsWrongIsNamed() throws Exception {
    ObjectMapper json = new ObjectMapper();
    assertThatThrownBy(
            () ->
                ClassifierConfig.parse(
                    "c.json", json.readTree("{\"num_classes\":2,\"dim\":16,\"depth\":1}")))
        .hasMessageContaining("'num_tokens' (sequences of ids) and 'input_dim'");
    assertThatThrownBy(
            () ->
                ClassifierConfig.parse(
                    "c.json",
                    json.readTree(
                        "{\"input_dim\":1,\"num_classes\":2,\"dim\":16,\"depth\":1,\"poolin\":1}")))
        .hasMessageContaining("unknown key 'poolin', did you mean 'pooling'?");
    String attention =
        "{\"input_dim\":1,\"num_classes\":2,\"dim\":16,\"layers\":[\"gss\",\"attention\"],\"norm\":\"batch\"}";
    assertThatThrownBy(() -> ClassifierConfig.parse("c.json", json.readTree(attention)))
        .hasMessageContaining("norm is 'batch' and a layer is 'attention', expected norm 'layer'");
    assertThatThrownBy(
            () ->
                ClassifierConfig.parse(
                    "c.json", json.readTree(attention.replace("batch", "group"))))
        .hasMessageContaining("norm is 'group', expected layer or batch");
    try (PointerScope scope = new PointerScope()) {
      Tensor like = Tensors.of(new long[] {1}, 1);
      assertThatThrownBy(() -> Lengths.of(new long[] {0, 3}, 5, like))
          .hasMessageContaining("lengths are [0, 3], expected each from 1 to 5");
    }
  }
}
