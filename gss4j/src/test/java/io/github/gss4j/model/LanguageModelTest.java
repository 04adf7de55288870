package io.github.gss4j.model;

import static io.github.gss4j.layers.LayerFixture.difference;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.config.AttentionConfig;
import io.github.gss4j.config.DsConvConfig;
import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.LayerConfig;
import io.github.gss4j.config.LayerKinds;
import io.github.gss4j.config.MhesaConfig;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.layers.Init;
import io.github.gss4j.layers.LayerFixture;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.ops.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Models of one kind of layer, and of many. */
class LanguageModelTest {
  private static final long SEED = 5;
  private static final int VOCABULARY = 17;

  static Stream<ModelConfig> models() {
    List<List<LayerConfig>> stacks = new ArrayList<>();
    LayerKinds.all().forEach(kind -> stacks.add(List.of(kind, kind)));
    GssConfig gss = new GssConfig(6, 8, true);
    LayerConfig chunks = new AttentionConfig(2, 6, AttentionConfig.Kind.CHUNKS);
    LayerConfig sliding = new AttentionConfig(2, 6, AttentionConfig.Kind.SLIDING);
    stacks.add(List.of(gss, gss, chunks, gss, gss, chunks));
    stacks.add(List.of(new MhesaConfig(2, 8), sliding, new DsConvConfig(2, 8, 512), gss));
    return stacks.stream().map(s -> ModelConfig.of(VOCABULARY, 16, 1).withLayers(s));
  }

  private static LanguageModel model(ModelConfig config) {
    return LanguageModel.of(config, Init.random(SEED), Precision.FLOAT64, Tensors.device("cpu"));
  }

  private static Tensor ids(Random random, int batch, int length) {
    return Tensors.of(random.longs((long) batch * length, 0, VOCABULARY).toArray(), batch, length);
  }

  private static LanguageModel.Output readInPieces(
      LanguageModel model, Tensor ids, ModelState state, List<Long> pieces) {
    LanguageModel.Constants constants = model.constants();
    TensorVector hidden = new TensorVector();
    ModelState now = state;
    long from = 0;
    for (long piece : pieces) {
      LanguageModel.Output reading = model.read(ids.narrow(1, from, piece), now, constants);
      hidden.push_back(reading.hidden());
      now = reading.state();
      from += piece;
    }
    return new LanguageModel.Output(torch.cat(hidden, 1), now);
  }

  @ParameterizedTest
  @MethodSource("models")
  void readingInPiecesEqualsTheWhole(ModelConfig config) {
    Random random = new Random(SEED);
    try (PointerScope scope = new PointerScope();
        LanguageModel model = model(config)) {
      for (int round = 0; round < 3; round++) {
        int length = 1 + random.nextInt(300);
        Tensor ids = ids(random, 2, length);
        List<Long> pieces = LayerFixture.pieces(random, length);
        Tensor hidden = readInPieces(model, ids, model.initialState(2), pieces).hidden();
        assertThat(difference(model.head(hidden).detach(), model.logits(ids).detach()))
            .as("%s in pieces of %s", config, pieces)
            .isLessThan(1e-10);
      }
    }
  }

  /** Three sequences are read apart, joined, told to change places, and read on together. */
  @ParameterizedTest
  @MethodSource("models")
  void sequencesThatStandApartGoOnTogether(ModelConfig config) {
    Random random = new Random(SEED);
    int[] before = {3, 19, 8};
    int after = 25;
    int[] order = {2, 0, 1, 0};
    try (PointerScope scope = new PointerScope();
        LanguageModel model = model(config)) {
      List<ModelState> states = new ArrayList<>();
      List<Tensor> whole = new ArrayList<>();
      TensorVector rest = new TensorVector();
      for (int length : before) {
        Tensor ids = ids(random, 1, length + after);
        whole.add(ids);
        states.add(
            model.read(ids.narrow(1, 0, length), model.initialState(1), model.constants()).state());
      }
      for (int row : order) {
        rest.push_back(whole.get(row).narrow(1, before[row], after));
      }
      ModelState together = ModelState.join(states).select(order);
      LanguageModel.Output reading =
          readInPieces(model, torch.cat(rest, 0), together, List.of(1L, 1L, 22L, 1L));
      for (int i = 0; i < order.length; i++) {
        Tensor alone =
            model.logits(whole.get(order[i])).narrow(1, before[order[i]], after).detach();
        Tensor found = model.head(reading.hidden().narrow(0, i, 1)).detach();
        assertThat(difference(found, alone)).as("row %s", i).isLessThan(1e-10);
        assertThat(reading.state().tokens().get(i)).isEqualTo(before[order[i]] + after);
      }
    }
  }

  /** Reading leaves the state it starts from as it was. */
  @ParameterizedTest
  @MethodSource("models")
  void readingChangesNoState(ModelConfig config) {
    Random random = new Random(SEED);
    try (PointerScope scope = new PointerScope();
        LanguageModel model = model(config)) {
      ModelState state =
          model.read(ids(random, 1, 9), model.initialState(1), model.constants()).state();
      Tensor next = ids(random, 1, 7);
      Tensor first = model.read(next, state, model.constants()).hidden();
      Tensor again = model.read(next, state, model.constants()).hidden();
      assertThat(difference(again, first)).isZero();
    }
  }
}
