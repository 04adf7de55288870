package io.github.gss4j.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.data.TokenStore;
import io.github.gss4j.loss.CrossEntropy;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Scopes;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.tokenizer.ByteTokenizer;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.torch.TorchModel;
import io.github.gss4j.trainer.TinyRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** Evaluation in streams and blocks against the plain loss of whole sequences. */
class EvaluatorTest {
  private static final TrainConfig CONFIG = TinyRun.config("float64");

  /** A text in memory that remembers what was read of it. */
  private static final class Text implements TokenStore {
    private final long[] ids;
    private final int[] predicted;

    Text(long[] ids) {
      this.ids = ids;
      this.predicted = new int[ids.length];
    }

    @Override
    public long size() {
      return ids.length;
    }

    @Override
    public void read(long offset, long[] into) {
      for (int i = 0; i < into.length; i++) {
        into[i] = ids[(int) offset + i];
        predicted[(int) offset + i] += i > 0 ? 1 : 0;
      }
    }

    @Override
    public String fingerprint() {
      return "";
    }

    @Override
    public void close() {}
  }

  /** One byte a token, but for the end of a text. */
  private record Ended(int end) implements Tokenizer {
    @Override
    public String name() {
      return "ended";
    }

    @Override
    public int size() {
      return TinyRun.MODEL.numTokens();
    }

    @Override
    public int[] encode(String text) {
      return text.chars().toArray();
    }

    @Override
    public byte[] decode(int id) {
      return new byte[] {(byte) id};
    }

    @Override
    public OptionalInt endOfText() {
      return OptionalInt.of(end);
    }
  }

  @Test
  void theEndOfATextIsATokenWithoutBytes() {
    try (LanguageModel model = TinyRun.model(CONFIG)) {
      long[] ids = TinyRun.values(5, 300);
      long ends = Arrays.stream(ids).skip(1).filter(id -> id == 7).count();
      Evaluator.Result result =
          new Evaluator(TorchModel.of(model), new Ended(7)).whole(new Text(ids), share -> {});
      assertThat(ends).isPositive();
      assertThat(result.tokens()).isEqualTo(299);
      assertThat(result.bytes()).isEqualTo(299 - ends);
    }
  }

  @Test
  void farRepeatsAndTheRestAreTheWhole() {
    try (LanguageModel model = TinyRun.model(CONFIG)) {
      long[] ids = TinyRun.values(5, 1 + 16 * 2000);
      for (int copied = 0; copied < 50; copied++) { // of the same stream, and of the one before
        ids[2000 + 1500 + copied] = ids[2000 + 100 + copied];
        ids[4000 + copied] = ids[2000 + 300 + copied];
      }
      Evaluator evaluator = new Evaluator(TorchModel.of(model), new Ended(-1));
      SplitLoss split = evaluator.farRepeats(new Text(ids), share -> {});
      Evaluator.Result whole = evaluator.whole(new Text(ids), share -> {});
      assertThat(split.all().tokens()).isEqualTo(whole.tokens()).isEqualTo(16 * 2000);
      assertThat(split.all().bytes()).isEqualTo(whole.bytes());
      assertThat(split.all().loss()).isCloseTo(whole.loss(), within(1e-9));
      long far = 0;
      for (int stream = 0; stream < 16; stream++) {
        FarRepeats repeats = new FarRepeats();
        for (int i = 0; i <= 2000; i++) {
          far += repeats.read(new byte[] {(byte) ids[stream * 2000 + i]}) ? 1 : 0;
        }
      }
      assertThat(split.far().tokens()).isEqualTo(far).isGreaterThanOrEqualTo(43);
      assertThat(split.farShare()).isCloseTo(far / 32_000.0, within(1e-12));
    }
  }

  @Test
  void anIdWithoutATokenHasNoBytes() {
    try (LanguageModel model = LanguageModel.create(ModelConfig.of(300, 8, 1), 1)) {
      Evaluator evaluator = new Evaluator(TorchModel.of(model), new ByteTokenizer());
      Evaluator.Result result = evaluator.sequences(List.of(new long[] {97, 98, 299, 256, 99}));
      assertThat(result.tokens()).isEqualTo(4);
      assertThat(result.bytes()).isEqualTo(2);
    }
  }

  /** The summed loss of ids from the zero state, by the plain forward pass. */
  private static double plain(LanguageModel model, long[] ids) {
    try (PointerScope scope = new PointerScope()) {
      long n = ids.length - 1L;
      Tensor all = Tensors.of(ids, 1, n + 1);
      return Tensors.value(
          Scopes.withoutGradient(
              () ->
                  CrossEntropy.sum(
                      model.logits(all.narrow(1, 0, n)).flatten(0, 1),
                      all.narrow(1, 1, n).flatten())));
    }
  }

  @Test
  void oneStreamIsThePlainLoss() {
    try (LanguageModel model = TinyRun.model(CONFIG)) {
      for (int length : new int[] {2, 3, 511, 512, 513, 514, 1000}) { // around a block of 512
        long[] ids = TinyRun.values(length, length);
        Evaluator.Result result =
            new Evaluator(TorchModel.of(model), null).whole(new Text(ids), share -> {});
        assertThat(result.tokens()).isEqualTo(length - 1);
        assertThat(result.loss())
            .as("length %d", length)
            .isCloseTo(plain(model, ids) / (length - 1), within(1e-9));
      }
    }
  }

  @Test
  void everyTokenButTheFirstIsPredictedOnce() {
    try (LanguageModel model = TinyRun.model(CONFIG)) {
      for (int length : new int[] {2, 700, 1025, 1026, 5000, 8209, 9001}) {
        Text text = new Text(TinyRun.values(1, length));
        Evaluator.Result result =
            new Evaluator(TorchModel.of(model), null).whole(text, share -> {});
        assertThat(result.tokens()).isEqualTo(length - 1);
        assertThat(text.predicted[0]).isZero();
        assertThat(Arrays.stream(text.predicted).skip(1)).as("%d", length).containsOnly(1);
      }
    }
  }

  @Test
  void windowsAreThePlainLossesOfTheirParts() {
    try (LanguageModel model = TinyRun.model(CONFIG)) {
      long[] ids = TinyRun.values(9, 1100);
      Evaluator evaluator = new Evaluator(TorchModel.of(model), null);
      Evaluator.Result result = evaluator.windows(new Text(ids), 50, share -> {});
      double sum = 0;
      for (int from = 0; from < 1099; from += 50) {
        sum += plain(model, Arrays.copyOfRange(ids, from, Math.min(from + 51, 1100)));
      }
      assertThat(result.tokens()).isEqualTo(1099);
      assertThat(result.loss()).isCloseTo(sum / 1099, within(1e-9));
      assertThat(evaluator.windows(new Text(ids), 2000, share -> {}))
          .isEqualTo(evaluator.windows(new Text(ids), 1099, share -> {}));
    }
  }

  @Test
  void streamsAreThePlainLossesOfTheirParts() {
    try (LanguageModel model = TinyRun.model(CONFIG)) {
      long[] ids = TinyRun.values(9, 1200); // 1199 to predict: 2 streams, of 600 and 599
      double sum =
          plain(model, Arrays.copyOfRange(ids, 0, 601))
              + plain(model, Arrays.copyOfRange(ids, 600, 1200));
      Evaluator.Result result =
          new Evaluator(TorchModel.of(model), null).whole(new Text(ids), share -> {});
      assertThat(result.loss()).isCloseTo(sum / 1199, within(1e-9));
    }
  }

  @Test
  void aQuickEvaluationIsTheSameSliceEachTime() {
    try (LanguageModel model = TinyRun.model(CONFIG)) {
      Text text = new Text(TinyRun.values(4, 9_000));
      Evaluator evaluator = new Evaluator(TorchModel.of(model), null);
      Evaluator.Result first = evaluator.quick(text, 1500, 1);
      assertThat(first.tokens()).isBetween(1400L, 1500L);
      assertThat(evaluator.quick(text, 1500, 1)).isEqualTo(first);
      assertThat(evaluator.quick(text, 1500, 2)).isNotEqualTo(first);
      assertThat(IntStream.of(text.predicted).max().orElseThrow()).isLessThanOrEqualTo(3);
      assertThat(evaluator.quick(text, 8_999, 1)).isEqualTo(evaluator.whole(text, share -> {}));
    }
  }

  @Test
  void sequencesAreReadFromTheZeroStateEach() {
    try (LanguageModel model = TinyRun.model(CONFIG)) {
      List<long[]> sequences = new ArrayList<>();
      double sum = 0;
      for (int i = 0; i < 3; i++) {
        sequences.add(TinyRun.values(i, 40));
        sum += plain(model, sequences.get(i));
      }
      Evaluator.Result result = new Evaluator(TorchModel.of(model), null).sequences(sequences);
      assertThat(result.loss()).isCloseTo(sum / (3 * 39), within(1e-9));
      assertThat(result.bitsPerByte()).as("bytes are not known").isNaN();
    }
  }

  @Test
  void aLongSequenceIsReadInOneStream() {
    try (LanguageModel model = TinyRun.model(CONFIG)) {
      long[] ids = TinyRun.values(5, 2_100); // a text of this length would be cut into streams
      Evaluator.Result result = new Evaluator(TorchModel.of(model), null).sequences(List.of(ids));
      assertThat(result.tokens()).isEqualTo(2_099);
      assertThat(result.loss()).isCloseTo(plain(model, ids) / 2_099, within(1e-9));
    }
  }

  @Test
  void aModelThatReadsSoFarAndNoFurtherIsEvaluatedInPieces() throws IOException {
    ModelConfig config =
        ModelConfig.parse(
            "test",
            new ObjectMapper()
                .readTree(
                    "{\"num_tokens\":256,\"dim\":8,\"depth\":1,\"mixer\":\"dsconv\","
                        + "\"heads\":2,\"dim_dsconv\":4,\"max_seq_len\":100}"));
    try (LanguageModel model = LanguageModel.create(config, 1)) {
      Text text = new Text(TinyRun.values(6, 2_500));
      assertThat(new Evaluator(TorchModel.of(model), null).whole(text, share -> {}).tokens())
          .isEqualTo(2_499);
      assertThat(text.predicted).containsOnlyOnce(0).contains(1);
    }
  }

  @Test
  void idsOutOfRangeAreNamed() {
    try (LanguageModel model = TinyRun.model(CONFIG)) {
      Evaluator evaluator = new Evaluator(TorchModel.of(model), null);
      for (long wrong : new long[] {-1, 64, Long.MAX_VALUE}) {
        assertThatThrownBy(() -> evaluator.sequences(List.of(new long[] {1, wrong})))
            .hasMessageContaining(Long.toString(wrong))
            .hasMessageContaining("0 to 63");
      }
      assertThatThrownBy(() -> evaluator.whole(new Text(new long[1]), share -> {}))
          .hasMessageContaining("at least 2");
    }
  }
}
