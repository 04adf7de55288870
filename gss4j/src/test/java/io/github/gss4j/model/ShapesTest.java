package io.github.gss4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.config.LayerConfig;
import io.github.gss4j.config.LayerKinds;
import io.github.gss4j.config.ModelConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShapesTest {
  @Test
  void aModelDeclaresWhatItsConfigurationSays() {
    for (LayerConfig kind : LayerKinds.all()) {
      for (boolean tied : new boolean[] {false, true}) {
        ModelConfig config =
            ModelConfig.of(61, 16, 1).withLayers(List.of(kind, kind)).withHead(tied, !tied);
        assertThat(LanguageModel.shapes(config)).containsExactlyEntriesOf(config.shapes());
      }
    }
  }
}
