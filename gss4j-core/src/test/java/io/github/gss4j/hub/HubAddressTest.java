package io.github.gss4j.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubAddressTest {
  @Test
  void defaultsAreTheMainBranchAndNoFile() {
    HubAddress address = HubAddress.parse("naxalpha/gated-state-space");

    assertThat(address)
        .isEqualTo(new HubAddress("naxalpha", "gated-state-space", "main", Optional.empty()))
        .isEqualTo(HubAddress.parse("hf:naxalpha/gated-state-space"))
        .hasToString("hf:naxalpha/gated-state-space");
  }

  @Test
  void revisionAndFileAreRead() {
    assertThat(HubAddress.parse("hf:a/b@refs/pr/1:sub/model2.pt"))
        .isEqualTo(new HubAddress("a", "b", "refs/pr/1", Optional.of("sub/model2.pt")));
    assertThat(HubAddress.parse("a/b:we@ird:name.pt").file()).contains("we@ird:name.pt");
  }

  @Test
  void dataSetsHaveTheirFilesBehindASlash() {
    HubAddress address = HubAddress.parse("hf:datasets/allenai/c4@v1/en/c4-train.*.json.gz");
    assertThat(address.kind()).isEqualTo(HubAddress.Kind.DATASET);
    assertThat(address.repository()).isEqualTo("datasets/allenai/c4");
    assertThat(address.revision()).isEqualTo("v1");
    assertThat(address.file()).contains("en/c4-train.*.json.gz");
    assertThat(HubAddress.parse(address.toString())).isEqualTo(address);
    assertThat(HubAddress.parse("hf:datasets/foo").kind()).isEqualTo(HubAddress.Kind.MODEL);
  }

  @ParameterizedTest
  @CsvSource({
    "refs/convert/parquet/default/train/0.parquet, refs/convert/parquet, default/train/0.parquet",
    "refs%2Fconvert%2fparquet/a/*.parquet, refs/convert/parquet, a/*.parquet",
    "refs/pr/12/a.jsonl, refs/pr/12, a.jsonl",
    "refs/pr/12:a.jsonl, refs/pr/12, a.jsonl",
    "refs%2Fheads%2Fmy-branch/a.jsonl, refs/heads/my-branch, a.jsonl",
    "refs/a.jsonl, refs, a.jsonl",
  })
  void revisionsOfDataSetsHoldSlashesAsTheHubWritesThem(
      String written, String revision, String file) {
    HubAddress address = HubAddress.parse("hf:datasets/o/n@" + written);
    assertThat(address.revision()).isEqualTo(revision);
    assertThat(address.file()).contains(file);
    assertThat(HubAddress.parse(address.toString())).isEqualTo(address);
    assertThat(HubAddress.parse("hf://datasets/o/n@" + written)).isEqualTo(address);
  }

  @Test
  void slashesOfRevisionsMayBeEscapedInAddressesOfModels() {
    assertThat(HubAddress.parse("hf:a/b@refs%2Fpr%2F1:x.pt"))
        .isEqualTo(HubAddress.parse("a/b@refs/pr/1:x.pt"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "hf:",
        "gpt2",
        "a/b/c",
        "../b",
        "a/..",
        "a/b--c",
        "a/b.git",
        "-a/b",
        "a/b ",
        "a/ü",
        "a/b@",
        "a/b:",
        "a/b@../x",
        "a/b@/x",
        "a/b@x//y",
        "a/b@x y",
        "a/b@x%20y",
        "hf:datasets/a/b@refs%2F..%2Fx/y",
        "a/b:../x",
        "a/b:/etc/passwd",
        "a/b:x/../../y",
        "a/b:x\\y",
        "a/b:C:/x",
        "a/b:x/",
        "a/b:./x",
        "a/b:x\ny"
      })
  void badAddressIsRefusedInOneLine(String text) {
    assertThatThrownBy(() -> HubAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .contains("expected")
        .doesNotContain("\n");
  }

  @Property(tries = 200)
  void printedAddressIsReadBack(@ForAll("addresses") HubAddress address) {
    assertThat(HubAddress.parse(address.toString())).isEqualTo(address);
  }

  @Provide
  Arbitrary<HubAddress> addresses() {
    Arbitrary<String> name =
        Arbitraries.strings().withCharRange('a', 'z').numeric().withChars("_").ofLength(6);
    Arbitrary<String> file =
        Arbitraries.strings()
            .withCharRange('a', 'z')
            .withChars("._-:@ /é")
            .ofMinLength(2)
            .ofMaxLength(12)
            .filter(HubAddressTest::isName);
    return Combinators.combine(name, name, name, file.optional()).as(HubAddress::new);
  }

  private static boolean isName(String text) {
    try {
      return FileNames.check(text).equals(text);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  @Property(tries = 300)
  void checkedNameNeverLeavesItsFolder(@ForAll("hostile") String name) {
    if (isName(name)) {
      var folder = java.nio.file.Path.of("/cache/snapshot");
      assertThat(folder.resolve(name).normalize()).startsWithRaw(folder).isNotEqualTo(folder);
    }
  }

  @Provide
  Arbitrary<String> hostile() {
    return Arbitraries.of("..", ".", "/", "a", "\\", "C:", "...", "//", " ")
        .list()
        .ofMinSize(1)
        .ofMaxSize(6)
        .map(parts -> String.join("", parts));
  }
}
