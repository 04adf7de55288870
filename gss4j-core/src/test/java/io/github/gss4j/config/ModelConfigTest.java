package io.github.gss4j.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelConfigTest {
  private static final String SIZES = "\"num_tokens\":61,\"dim\":16,\"depth\":4";

  private static ModelConfig parse(String more) {
    return ModelConfig.parse("c.json", json(more));
  }

  private static ObjectNode json(String more) {
    try {
      String text = "{" + SIZES + (more.isEmpty() ? "" : "," + more.replace('\'', '"')) + "}";
      return (ObjectNode) new ObjectMapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static List<String> kinds(String more) {
    return parse(more).layers().stream().map(LayerConfig::kind).toList();
  }

  @Test
  void headsAreSharedByDsConvAndMhesa() {
    List<LayerConfig> layers = List.of(new DsConvConfig(2, 8, 64), new MhesaConfig(4, 8));
    assertThatThrownBy(() -> ModelConfig.of(61, 16, 2).withLayers(layers))
        .hasMessageContainingAll("'heads' of a dsconv layer is 2", "of a mhesa layer 4");
  }

  @Test
  void stateSpacesOfGssAndDssAreTheSame() {
    GssConfig dss = new GssConfig(6, 8, true);
    DssConfig random = DssConfig.of(dss);
    DssConfig longRange = DssConfig.of(dss.with(StateSpaceInit.LONG_RANGE, false, false));
    assertThat(ModelConfig.of(61, 16, 2).withLayers(List.of(dss, random)).layers()).hasSize(2);
    assertThatThrownBy(() -> ModelConfig.of(61, 16, 2).withLayers(List.of(dss, longRange)))
        .hasMessageContainingAll("'init' of a gss layer is \"random\"", "dss layer \"long_range\"");
  }

  @Test
  void everyOptionThatAKindWritesIsOneThatItHas() {
    for (LayerConfig kind : LayerKinds.all()) {
      ObjectNode written = new ObjectMapper().createObjectNode();
      kind.write(written);
      assertThat(kind.options())
          .extracting(LayerOption::key)
          .as("%s", kind)
          .containsAll(written.propertyStream().map(Map.Entry::getKey).toList());
      assertThat(LayerConfig.named(kind.kind()).read(new JsonFields("c.json", written)))
          .isEqualTo(kind);
    }
  }

  @Test
  void smallLayersOfEveryKindAreTested() {
    assertThat(LayerKinds.all())
        .extracting(LayerConfig::kind)
        .containsAll(LayerConfig.kinds().stream().map(LayerConfig::kind).toList());
  }

  @Test
  void aModelSaysWhatAStateAndATokenTake() {
    ModelConfig gss =
        ModelConfig.of(61, 16, 1).withLayers(List.of(new GssConfig(6, 8, true).withShortConv(4)));
    assertThat(gss.stateGrowsUpTo()).isZero();
    assertThat(gss.stateNumbers(1000)).isEqualTo(8 * (2 * 6 + 3));
    long linear = 16 * 64 + 16 * 8 + 8 * 64 + 64 * 16;
    assertThat(gss.multiplications(1000)).isEqualTo(linear + 8 * (6 * 6 + 4 + 1) + 16 * 61);
    ModelConfig hybrid =
        gss.withLayers(
            List.of(
                new DsConvConfig(2, 8, 64),
                new AttentionConfig(2, 5, AttentionConfig.Kind.SLIDING)));
    assertThat(hybrid.stateGrowsUpTo()).isEqualTo(64);
    assertThat(hybrid.stateNumbers(2)).isEqualTo(2 * (8 + 2) + 2 * 2 * 16);
    assertThat(hybrid.stateNumbers(64)).isEqualTo(64 * (8 + 2) + 4 * 2 * 16);
  }

  @Test
  void nullIsNoDefault() {
    assertThatThrownBy(() -> parse("'dss_kernel_N':null"))
        .hasMessageContainingAll("'dss_kernel_N' is null", "leave the key out");
  }

  @Test
  void withoutAMixerLayersAreGss() {
    assertThat(kinds("")).containsOnly("gss").hasSize(4);
    assertThat(parse("").layers()).containsOnly(GssConfig.PUBLISHED);
  }

  @Test
  void publishedClassesAreRecognisedByTheirKeys() {
    assertThat(parse("'heads':2,'dim_dsconv':8").layers())
        .containsOnly(new DsConvConfig(2, 8, 2048));
    assertThat(parse("'heads':2,'dim_dsconv':8").maxSeqLen()).hasValue(2048);
    assertThat(parse("").maxSeqLen()).isEmpty();
    assertThat(parse("'max_seq_len':99").layers()).containsOnly(new DsConvConfig(8, 512, 99));
    assertThat(parse("'heads':2,'dim_mhesa':8").layers()).containsOnly(new MhesaConfig(2, 8));
  }

  @Test
  void attentionComesAfterEveryKLayers() {
    assertThat(kinds("'attention_every':1"))
        .containsExactly("gss", "attention", "gss", "attention");
    assertThat(kinds("'attention_every':3,'mixer':'mhesa'"))
        .containsExactly("mhesa", "mhesa", "mhesa", "attention");
    assertThat(parse("'attention_every':3").layers().get(3)).isEqualTo(AttentionConfig.PAPER);
  }

  @Test
  void layersAreListed() {
    ModelConfig config =
        parse("'layers':['gss','mhesa','attention','dsconv'],'heads':4,'attention_kind':'sliding'");
    assertThat(config.layers())
        .containsExactly(
            GssConfig.PUBLISHED,
            new MhesaConfig(4, 512),
            new AttentionConfig(8, 512, AttentionConfig.Kind.SLIDING),
            new DsConvConfig(4, 512, 2048));
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    for (LayerConfig kind : LayerKinds.all()) {
      ModelConfig all = ModelConfig.of(61, 16, 2).withLayers(List.of(kind, kind));
      assertThat(ModelConfig.parse("c.json", all.toJson())).isEqualTo(all);
      ModelConfig mixed =
          ModelConfig.of(61, 16, 2)
              .withHead(true, true)
              .withLayers(
                  List.of(kind, new AttentionConfig(2, 5, AttentionConfig.Kind.CHUNKS), kind)
                      .subList(0, kind instanceof AttentionConfig ? 1 : 3));
      assertThat(ModelConfig.parse("c.json", mixed.toJson())).isEqualTo(mixed);
    }
  }

  @Test
  void aFieldThatIsMissingHasTheDefaultsLayersNotThePublishedOnes() {
    ModelConfig hybrid =
        ModelConfig.of(61, 16, 2)
            .withLayers(
                List.of(
                    new GssConfig(3, 4, false),
                    new AttentionConfig(2, 5, AttentionConfig.Kind.CHUNKS)));
    JsonFields nothing = new JsonFields("run", new ObjectMapper().createObjectNode());
    assertThat(ModelConfig.from(nothing, hybrid)).isEqualTo(hybrid);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "'mixer':'rnn' | layer 'rnn' is not known, expected [gss, dsconv, mhesa, attention, dss]",
        "'heads':3 | 'heads' is given, but the layers are [gss]",
        "'mixer':'mhesa','dss_kernel_N':4 | 'dss_kernel_N' is given, but the layers are [mhesa]",
        "'layers':['gss'] | depth is 4 and 'layers' names 1",
        "'layers':['gss','gss','gss','gss'],'mixer':'gss' | 'layers' and 'mixer' are both given",
        "'attention_every':4 | attention_every is 4 and depth is 4",
        "'mixer':'dsconv','heads':3 | dim_dsconv is 512 and heads is 3",
        "'mixer':'attention','attention_window':1 | attention_window is 1, expected at least 2",
        "'mixer':'attention','attention_kind':'all' | attention_kind is 'all', expected chunks or",
        "'dt_min':0.01 | 'dt_min' is given, but init is random, expected it with init long_range",
        "'init':'long_range','dt_min':0.2 | dt_min is 0.2 and dt_max 0.1, expected 0 < dt_min <=",
        "'init':'long_range','max_phase':4 | max_phase is 4.0, expected more than 1.0E-6, at most π",
        "'init':'two_scale','dt_min':0.1 | 'dt_min' is given, but init is two_scale, expected it",
        "'init':'random','tau_max':9 | 'tau_max' is given, but init is random, expected it with init two_scale only",
        "'max_phase':0.1 | expected it with init long_range or two_scale only",
        "'init':'two_scale','slow_modes':600 | slow_modes is 600, expected at most dss_kernel_N, 512",
        "'init':'two_scale','tau_max':9 | tau_min is 16.0 and tau_max 9.0, expected 1 <= tau_min <=",
        "'init':'two_scale','normalize_input':true | normalize_input is true, expected false with",
        "'short_conv':1 | short_conv is 1, expected 0 (off), or 2 to 64 taps",
        "'step_groups':3 | step_groups is 3, expected 0 (off), 2, 4, 8, 16, 32 or 64",
        "'step_ratio':4 | 'step_ratio' is given, but step_groups is 0, expected 2 or more groups",
        "'step_groups':4,'step_ratio':0.5 | step_ratio is 0.5, expected 1 to 1e6",
        "'step_groups':4,'dss_kernel_H':96 | dss_kernel_H is 96, expected a multiple of 32 channels for each of 4",
        "'init':'hippo' | init is 'hippo', expected random, long_range or two_scale",
        "'mixer':'dsconv','max_seq_len':0 | max_seq_len is 0, expected at least 1",
        "'reverse_seq':true | a language model reads from the past to the future only"
      })
  void whatIsWrongIsNamed(String more, String message) {
    assertThatThrownBy(() -> parse(more))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("c.json: ")
        .hasMessageContaining(message);
  }

  @Test
  void layersOfOneKindHaveTheSameOptions() {
    List<LayerConfig> different = List.of(new GssConfig(3, 4, true), new GssConfig(5, 4, true));
    assertThatThrownBy(() -> ModelConfig.of(61, 16, 2).withLayers(different))
        .hasMessageContaining("'dss_kernel_N' of a gss layer is 3 and of a gss layer 5");
  }
}
