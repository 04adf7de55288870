package io.github.gss4j.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.tokenizer.ByteTokenizer;
import io.github.gss4j.torch.TorchModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TextGeneratorTest {
  private static final ModelConfig CONFIG =
      ModelConfig.of(256, 16, 2).withOptions(new GssConfig(8, 8, true));
  private static LanguageModel model;
  private static TorchModel engine;
  private static TextGenerator generator;

  @BeforeAll
  static void make() {
    model = LanguageModel.create(CONFIG, 1);
    engine = TorchModel.of(model);
    generator = new TextGenerator(engine, new ByteTokenizer());
  }

  @AfterAll
  static void free() {
    engine.close();
    model.close();
  }

  private static List<Integer> ids(int[] prompt, GenerationOptions options) {
    return generator.generate(List.of(prompt), options, (s, id, text) -> {}).get(0).ids();
  }

  /** The slow way: the whole text through the parallel form for every token. */
  private static List<Integer> greedyByForward(int[] prompt, int count) {
    long[] text = Arrays.stream(prompt).asLongStream().toArray();
    List<Integer> chosen = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      try (PointerScope scope = new PointerScope()) {
        Tensor logits = model.logits(Tensors.of(text, 1, text.length));
        float[] last = Tensors.toFloats(logits.select(1, text.length - 1));
        chosen.add(new Sampler(Sampling.greedy()).next(last));
      }
      text = Arrays.copyOf(text, text.length + 1);
      text[text.length - 1] = chosen.get(i);
    }
    return chosen;
  }

  @Test
  void carriedStateWritesWhatForwardWrites() {
    int[] prompt = {72, 101, 108, 108, 111};
    assertThat(ids(prompt, GenerationOptions.of(20, Sampling.greedy())))
        .isEqualTo(greedyByForward(prompt, 20));
  }

  @Test
  void aPromptLongerThanABlockIsReadWhole() {
    int[] prompt = new java.util.Random(3).ints(2500, 0, 256).toArray();
    assertThat(ids(prompt, GenerationOptions.of(3, Sampling.greedy())))
        .isEqualTo(greedyByForward(prompt, 3));
  }

  @Test
  void aModelWithMoreIdsThanTokensWritesTokensOnly() {
    ModelConfig padded = ModelConfig.of(2000, 16, 1).withOptions(new GssConfig(8, 8, true));
    try (TorchModel wide = TorchModel.owning(LanguageModel.create(padded, 1))) {
      TextGenerator writer = new TextGenerator(wide, new ByteTokenizer());
      TextGenerator blind = new TextGenerator(wide, null);
      GenerationOptions options = GenerationOptions.of(100, Sampling.seeded(5));
      List<int[]> prompts = List.of(new int[] {97, 1999});
      assertThat(writer.generate(prompts, options, (s, id, text) -> {}).get(0).ids())
          .allMatch(id -> id < 256);
      assertThat(blind.generate(prompts, options, (s, id, text) -> {}).get(0).ids())
          .anyMatch(id -> id >= 256);
    }
  }

  @Test
  void oneSeedGivesTheSameText() {
    GenerationOptions options = GenerationOptions.of(50, Sampling.seeded(5));
    assertThat(generator.generate("abc", options)).isEqualTo(generator.generate("abc", options));
    assertThat(generator.generate("abc", options))
        .isNotEqualTo(generator.generate("abc", GenerationOptions.of(50, Sampling.seeded(6))));
  }

  @Test
  void aBatchWritesWhatEachPromptWouldAlone() {
    GenerationOptions options = GenerationOptions.of(12, Sampling.greedy());
    List<int[]> prompts = List.of(new int[] {1, 2, 3}, new int[] {9}, new int[] {7, 7, 7, 7, 7});
    List<Generated> together = generator.generate(prompts, options, (s, id, text) -> {});
    for (int i = 0; i < prompts.size(); i++) {
      assertThat(together.get(i).ids()).isEqualTo(ids(prompts.get(i), options));
    }
  }

  @Test
  void anEndTokenEndsItsOwnSequenceOnly() {
    int[] first = {65, 66};
    int[] second = {10, 20, 30};
    GenerationOptions ten = GenerationOptions.of(10, Sampling.greedy());
    List<Integer> free = ids(first, ten);
    int end = free.get(4);
    int at = free.indexOf(end);
    List<Generated> both =
        generator.generate(List.of(first, second), ten.withEndToken(end), (s, id, text) -> {});
    assertThat(both.get(0).ids()).isEqualTo(free.subList(0, at));
    assertThat(both.get(0).reason()).isEqualTo(Generated.Reason.END_TOKEN);
    assertThat(both.get(1).ids()).isEqualTo(ids(second, ten.withEndToken(end)));
  }

  @Test
  void aStopTextIsCutAndNeverShown() {
    GenerationOptions options = GenerationOptions.of(60, Sampling.seeded(8));
    String free = generator.generate("x", options).text();
    String stop = free.substring(20, 23);
    StringBuilder shown = new StringBuilder();
    Generated stopped =
        generator
            .generate(
                List.of(new int[] {'x'}),
                options.withStop(List.of(stop)),
                (s, id, text) -> shown.append(text))
            .get(0);
    assertThat(stopped.text()).isEqualTo(free.substring(0, free.indexOf(stop)));
    assertThat(shown).hasToString(stopped.text());
    assertThat(stopped.reason()).isEqualTo(Generated.Reason.STOP_TEXT);
  }

  @Test
  void zeroTokensOnlyReadThePrompt() {
    Generated none = generator.generate("abc", GenerationOptions.of(0, Sampling.greedy()));
    assertThat(none.ids()).isEmpty();
    assertThat(none.reason()).isEqualTo(Generated.Reason.LENGTH);
  }

  @Test
  void aStateCountsTheTokensItHasRead() {
    try (Session session = Session.start(engine, null)) {
      session.read(new int[1500]);
      assertThat(session.tokens()).isEqualTo(1500);
    }
  }

  @Test
  void badPromptsAreRefused() {
    GenerationOptions one = GenerationOptions.of(1, Sampling.greedy());
    assertThatThrownBy(() -> ids(new int[] {1, 256}, one))
        .hasMessage("prompt id 256 is out of range, expected 0 to 255");
    assertThatThrownBy(() -> ids(new int[0], one)).hasMessageContaining("prompt is empty");
    assertThatThrownBy(() -> GenerationOptions.of(-1, Sampling.greedy()))
        .hasMessageContaining("max-new-tokens is -1");
  }
}
