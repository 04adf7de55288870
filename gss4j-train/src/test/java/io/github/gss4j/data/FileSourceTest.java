package io.github.gss4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSourceTest {
  @TempDir Path dir;

  private Corpus open(Path file, double heldOut) {
    return Corpus.open(
        new FileSource(file),
        dir.resolve("cache"),
        CorpusOptions.defaults().withHeldOutFraction(heldOut));
  }

  @Test
  void endOfTheFileIsHeldOutAndNothingIsCopied() throws IOException {
    String text = Texts.words(1000, 1);
    Path file = Texts.write(dir.resolve("book.txt"), text);
    try (Corpus corpus = open(file, 0.1)) {
      assertThat(corpus.name()).isEqualTo("book.txt");
      assertThat(Texts.all(corpus.train())).isEqualTo(text.substring(0, 900));
      assertThat(Texts.all(corpus.heldOut())).isEqualTo(text.substring(900));
      assertThat(corpus.test()).isEmpty();
      assertThat(corpus.heldOutNames()).containsExactly("book.txt (last 100 bytes)");
    }
    assertThat(dir.resolve("cache")).doesNotExist();
  }

  @Test
  void anyBytesAreTakenAsTheyAre() throws IOException {
    Path file = Texts.write(dir.resolve("noise.bin"), new byte[] {0, (byte) 0xff, (byte) 0x80, 1});
    try (Corpus corpus = open(file, 0.25)) {
      assertThat(Texts.all(corpus.train())).isEqualTo("\u0000\u00ff\u0080");
      assertThat(Texts.all(corpus.heldOut())).isEqualTo("\u0001");
    }
  }

  @Test
  void shortFileStillHasBothParts() throws IOException {
    Path file = Texts.write(dir.resolve("short"), "ab");
    try (Corpus corpus = open(file, 0.001)) {
      assertThat(Texts.all(corpus.train()) + Texts.all(corpus.heldOut())).isEqualTo("ab");
    }
    try (Corpus corpus = open(file, 0.999)) {
      assertThat(Texts.all(corpus.train())).isEqualTo("a");
    }
  }

  @Test
  void fileThatCannotServeIsAnErrorThatSaysWhy() throws IOException {
    Path empty = Texts.write(dir.resolve("empty"), "");
    assertThatThrownBy(() -> open(empty, 0.1))
        .isInstanceOf(DataException.class)
        .hasMessage(empty + ": is empty, expected text");
    Path one = Texts.write(dir.resolve("one"), "x");
    assertThatThrownBy(() -> open(one, 0.1))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("has 1 byte");
    assertThatThrownBy(() -> open(dir.resolve("none"), 0.1))
        .isInstanceOf(DataException.class)
        .hasMessage(dir.resolve("none") + ": cannot be read: no such file");
    assertThatThrownBy(() -> open(dir, 0.1))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("is not a regular file");
  }
}
