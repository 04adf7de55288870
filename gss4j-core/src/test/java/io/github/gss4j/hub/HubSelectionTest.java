package io.github.gss4j.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HubSelectionTest {
  private static HubSelection of(String address, String... names) {
    return HubSelection.of(
        HubAddress.parse(address),
        List.of(names),
        index -> {
          throw new AssertionError(index + " is read");
        });
  }

  private static HubSelection of(String address, List<String> shards, String... names) {
    return HubSelection.of(HubAddress.parse(address), List.of(names), index -> shards);
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

  @ParameterizedTest
  @CsvSource({
    "model.safetensors.index.json, model-00001-of-00002.safetensors,"
        + " model-00002-of-00002.safetensors",
    "pytorch_model.bin.index.json, pytorch_model-00001-of-00002.bin,"
        + " pytorch_model-00002-of-00002.bin",
    "pytorch_model.bin.index.json, pytorch_model_00001-of-00002.bin, other.bin", // as Bloom's
    "gss.fp16.safetensors.index.json, gss.fp16-00001-of-00002.safetensors,"
        + " gss.fp16-00002-of-00002.safetensors",
  })
  void indexBringsTheShardsThatItNamesAndNoOthers(String index, String one, String two) {
    HubSelection selection =
        of("a/b", List.of(one, two), index, one, two, "x-00001-of-00002.safetensors");

    assertThat(selection.weights()).startsWith(index).containsExactlyInAnyOrder(index, one, two);
    assertThat(selection.others()).containsExactly("x-00001-of-00002.safetensors");
  }

  @Test
  void indexInAFolderBringsItsShardsFromThere() {
    HubSelection selection =
        of(
            "a/b:big/pytorch_model.bin.index.json",
            List.of("pytorch_model-1.bin"),
            "big/pytorch_model.bin.index.json",
            "big/pytorch_model-1.bin");

    assertThat(selection.weights())
        .containsExactly("big/pytorch_model.bin.index.json", "big/pytorch_model-1.bin");
  }

  @Test
  void missingShardIsAnError() {
    assertThatThrownBy(
            () ->
                of(
                    "a/b",
                    List.of("model-1.safetensors", "model-2.safetensors"),
                    "model.safetensors.index.json",
                    "model-1.safetensors"))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("has no file 'model-2.safetensors'");
  }

  @Test
  void hiddenFilesArePassedOver() {
    HubSelection selection = of("a/b", "._gss.pt", "gss.pt", ".cache/x.bin", "._config.json");

    assertThat(selection.files()).containsExactly("gss.pt");
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
