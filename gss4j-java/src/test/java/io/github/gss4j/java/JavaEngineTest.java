package io.github.gss4j.java;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.github.gss4j.GssModel;
import io.github.gss4j.checkpoint.Safetensors;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.checkpoint.StoredTensor;
import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.LayerConfig;
import io.github.gss4j.config.LayerKinds;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.config.NewMixer;
import io.github.gss4j.engine.Engine;
import io.github.gss4j.engine.EngineOptions;
import io.github.gss4j.engine.InferenceModel;
import io.github.gss4j.engine.RandomModel;
import io.github.gss4j.engine.Rows;
import io.github.gss4j.engine.SequenceState;
import io.github.gss4j.generation.Sampling;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the engine promises beyond the contract. */
class JavaEngineTest {
  private static final int VOCABULARY = 67;
  private static final long SEED = 3;

  @TempDir private Path directory;

  private StoredModel stored(LayerConfig kind, int dim) {
    ModelConfig config = ModelConfig.of(VOCABULARY, dim, 1).withLayers(List.of(kind, kind));
    return RandomModel.write(config, SEED, directory);
  }

  static Stream<LayerConfig> kinds() {
    return LayerKinds.all().stream();
  }

  /** Splits, threads and companions change no bit. */
  @ParameterizedTest
  @MethodSource("kinds")
  void aTokenIsTheSameToTheBitHoweverItIsRead(LayerConfig kind) {
    StoredModel stored = stored(kind, 72);
    int[] text = new Random(SEED).ints(150, 0, VOCABULARY).toArray();
    for (String dtype : List.of("float32", "bfloat16", "int8")) {
      EngineOptions options = EngineOptions.DEFAULT.withDtype(dtype);
      try (InferenceModel one = new JavaEngine().load(stored, options.withThreads(1));
          InferenceModel three = new JavaEngine().load(stored, options.withThreads(3));
          SequenceState whole = one.start();
          SequenceState other = three.start();
          Rows rows = three.rows()) {
        float[][] expected = whole.logits(text);
        assertThat(Arrays.deepEquals(other.logits(text), expected)).as(dtype).isTrue();
        rows.add(
            List.of(three.start(), three.start(), three.start(), three.start(), three.start()));
        float[][] logits = new float[5][VOCABULARY];
        for (int i = 0; i < 20; i++) {
          rows.step(new int[] {1, 2, text[i], 3, 4}, logits);
          assertThat(logits[2]).as("%s, token %d", dtype, i).isEqualTo(expected[i]);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void smallerWeightsRoundTheLogitsOnly(LayerConfig kind) {
    StoredModel stored = stored(kind, 64);
    int[] text = new Random(SEED).ints(40, 0, VOCABULARY).toArray();
    float[][] exact = logits(stored, "float32", text);
    double largest = 0;
    for (float logit : exact[39]) {
      largest = Math.max(largest, Math.abs(logit));
    }
    for (String dtype : List.of("bfloat16", "int8")) {
      float[] rounded = logits(stored, dtype, text)[39];
      assertThat(rounded).isNotEqualTo(exact[39]);
      for (int i = 0; i < VOCABULARY; i++) {
        assertThat((double) rounded[i])
            .as("%s, logit %d", dtype, i)
            .isCloseTo(exact[39][i], within(0.1 * largest));
      }
    }
  }

  private static float[][] logits(StoredModel stored, String dtype, int[] text) {
    try (InferenceModel model =
            new JavaEngine().load(stored, EngineOptions.DEFAULT.withDtype(dtype));
        SequenceState state = model.start()) {
      return state.logits(text);
    }
  }

  @Test
  void aMixerThatItDoesNotHaveIsRefused() {
    NewMixer mixer = new NewMixer(8);
    ModelConfig model = ModelConfig.of(VOCABULARY, 16, 1).withLayers(List.of(mixer));
    assertThat(new JavaEngine().runs(model, EngineOptions.DEFAULT)).isFalse();
    assertThatThrownBy(() -> MixerKind.read(null, mixer, "layers.0.new."))
        .hasMessage("the engine 'java' has no mixer 'new': take the engine 'torch'");
    assertThatThrownBy(() -> Engine.choose(Optional.empty(), model, EngineOptions.DEFAULT))
        .hasMessageContainingAll("no engine runs the model in float32 on cpu", "java");
  }

  @Test
  void aTokenAllocatesNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    StoredModel stored = stored(new GssConfig(6, 8, true), 32);
    try (InferenceModel model =
            new JavaEngine(new PlainKernels()).load(stored, EngineOptions.DEFAULT.withThreads(1));
        Rows rows = model.rows()) {
      rows.add(List.of(model.start(), model.start()));
      float[][] logits = new float[2][VOCABULARY];
      int[] tokens = {1, 2};
      rows.step(tokens, logits);
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 1000; i++) {
        rows.step(tokens, logits);
      }
      assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(100_000);
    }
  }

  /** Servers begin and end texts all the time. */
  @Test
  void aClosedStatesMemoryIsTheNextOnesAndRemembersNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    StoredModel stored = stored(new GssConfig(128, 64, true), 64);
    int[] text = {1, 2, 3};
    try (InferenceModel model = new JavaEngine().load(stored, EngineOptions.DEFAULT);
        SequenceState first = model.start()) {
      float[][] expected = first.logits(text);
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 100; i++) {
        try (SequenceState state = model.start()) {
          state.read(text, null);
          SequenceState fork = state.fork();
          fork.close();
          fork.close(); // a second time: it gives back nothing more
        }
      }
      assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(20 * first.bytes());
      try (SequenceState one = model.start();
          SequenceState other = model.start()) {
        other.read(text, null);
        assertThat(Arrays.deepEquals(one.logits(text), expected)).isTrue();
      }
    }
  }

  /** Else a server to which states are sent keeps the memory of all. */
  @Test
  void aRestoredStatesMemoryIsThatOfAClosedOne() throws IOException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    StoredModel stored = stored(new GssConfig(128, 64, true), 64);
    Path file = directory.resolve("state.safetensors");
    try (InferenceModel model = new JavaEngine().load(stored, EngineOptions.DEFAULT);
        SequenceState first = model.start()) {
      first.read(new int[] {1, 2, 3}, null);
      Safetensors.write(file, first.tensors(), Map.of());
      Map<String, StoredTensor> tensors = Safetensors.open(file).stored();
      model.restore(3, tensors).close();
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 100; i++) {
        model.restore(3, tensors).close();
      }
      long values = 100 * first.bytes(); // as they come from the file
      assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(3 * values / 2);
    }
  }

  @Test
  void anIdleModelUsesNoProcessor() throws InterruptedException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    StoredModel stored = stored(new GssConfig(6, 8, true), 32);
    try (InferenceModel model =
            new JavaEngine().load(stored, EngineOptions.DEFAULT.withThreads(2));
        SequenceState state = model.start()) {
      state.read(new int[] {1, 2, 3}, null);
      Thread helper =
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getName().startsWith("gss4j-java"))
              .filter(Thread::isAlive)
              .findFirst()
              .orElseThrow();
      while (helper.getState() != Thread.State.WAITING) {
        Thread.sleep(1);
      }
      long before = threads.getThreadCpuTime(helper.getId());
      Thread.sleep(50);
      assertThat(threads.getThreadCpuTime(helper.getId()) - before).isLessThan(1_000_000);
    }
  }

  @Test
  void aClosedModelHasNoThreads() throws InterruptedException {
    StoredModel stored = stored(new GssConfig(6, 8, true), 32);
    InferenceModel model = new JavaEngine().load(stored, EngineOptions.DEFAULT.withThreads(2));
    List<Thread> before = List.copyOf(Thread.getAllStackTraces().keySet());
    try (SequenceState state = model.start()) {
      state.read(new int[] {1}, null);
    }
    model.close();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (!before.contains(thread) && thread.getName().startsWith("gss4j-java")) {
        thread.join();
      }
    }
  }

  @Test
  void whatItCannotRunIsSaid() {
    StoredModel stored = stored(new GssConfig(6, 8, true), 32);
    assertThatThrownBy(
            () -> new JavaEngine().load(stored, EngineOptions.DEFAULT.withDtype("float64")))
        .hasMessage(
            "dtype is 'float64', expected float32, bfloat16 or int8: the engine 'java' has no"
                + " other");
    assertThatThrownBy(
            () -> new JavaEngine().load(stored, EngineOptions.DEFAULT.withDevice("cuda")))
        .hasMessageContaining("expected cpu");
  }

  @Test
  void theEntryFindsItByItself() {
    ModelConfig bytes =
        ModelConfig.of(256, 16, 1)
            .withLayers(List.of(new GssConfig(6, 8, true)))
            .withTokenizer("bytes");
    StoredModel stored = RandomModel.write(bytes, SEED, directory);
    try (GssModel gss = GssModel.load(stored.directory())) {
      assertThat(gss.generate("x", gss.options(9, Sampling.greedy())).ids()).hasSize(9);
    }
  }
}
