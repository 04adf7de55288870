package io.github.gss4j.checkpoint.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class HubSelectionTest {
  private static HubSelection of(String address, String... names) {
    return HubSelection.of(HubAddress.parse(address), List.of(names));
  }

  @Test
  void publishedRepositoryGivesItsFirstModelAndTellsOfTheSecond() {
    HubSelection selection = of("a/b", ".gitattributes", "README.md", "model.pt", "model2.pt");

    assertThat(selection.files()).containsExactly("README.md", "model.pt");
    assertThat(selection.others()).containsExactly("model2.pt");
  }

  @Test
  void namedFileIsTakenInPlaceOfTheUsualOne() {
    HubSelection selection = of("a/b:model2.pt", "config.json", "model.pt", "model2.pt");

    assertThat(selection.weights()).containsExactly("model2.pt");
    assertThat(selection.companions()).containsExactly("config.json");
    assertThat(selection.others()).containsExactly("model.pt");
  }

  @Test
  void safetensorsComeBeforePickles() {
    HubSelection selection =
        of("a/b", "pytorch_model.bin", "model.pt", "model.safetensors", "tokenizer.json");

    assertThat(selection.files()).containsExactly("tokenizer.json", "model.safetensors");
  }

  @Test
  void indexBringsAllItsShardsAndNoOthers() {
    HubSelection selection =
        of(
            "a/b",
            "model.safetensors.index.json",
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            "model.fp16-00001-of-00001.safetensors");

    assertThat(selection.weights())
        .containsExactly(
            "model.safetensors.index.json",
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors");
    assertThat(selection.others()).containsExactly("model.fp16-00001-of-00001.safetensors");
  }

  @Test
  void missingShardIsAnError() {
    assertThatThrownBy(
            () -> of("a/b", "model.safetensors.index.json", "model-00001-of-00002.safetensors"))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("wants 2 shards or more, 1 are there");
  }

  @Test
  void onlyFileOfWeightsNeedsNoName() {
    assertThat(of("a/b", "gss-large.pt", "optimizer.pt", "training_args.bin").weights())
        .containsExactly("gss-large.pt");
  }

  @Test
  void severalUnknownWeightsMustBeNamed() {
    assertThatThrownBy(() -> of("a/b@v1", "small.pt", "large.pt"))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("large.pt, small.pt")
        .hasMessageContaining("hf:a/b@v1:large.pt");
  }

  @Test
  void withoutWeightsItSaysWhatIsThere() {
    assertThatThrownBy(() -> of("a/b", "README.md", "data.csv"))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("holds no weights")
        .hasMessageContaining("README.md, data.csv");
  }

  @Test
  void unknownFileIsAnErrorThatListsWhatIsThere() {
    assertThatThrownBy(() -> of("a/b:model3.pt", "model.pt", "model2.pt"))
        .isInstanceOf(HubException.class)
        .hasMessage("a/b at main has no file 'model3.pt': it holds model.pt, model2.pt");
  }

  @Test
  void fileInFolderBringsItsOwnConfigToo() {
    HubSelection selection =
        of("a/b:big/model.pt", "big/model.pt", "big/config.json", "README.md", "old/config.json");

    assertThat(selection.companions()).containsExactly("README.md", "big/config.json");
  }

  @Test
  void namedCompanionIsTakenOnce() {
    assertThat(of("a/b:config.json", "config.json", "model.pt").files())
        .containsExactly("config.json");
  }
}
