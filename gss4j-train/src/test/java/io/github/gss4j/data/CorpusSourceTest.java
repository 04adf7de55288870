package io.github.gss4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusSourceTest {
  @TempDir Path dir;

  @Test
  void namesAndPathsAreTold() throws IOException {
    Path text = Texts.write(dir.resolve("a.txt"), "text");
    Path gz = Texts.gzip(dir.resolve("a.txt.gz"), "text");
    Path zip = Texts.zip(dir.resolve("A.ZIP"), Map.of("a", "text"));
    Optional<String> glob = Optional.of("**/*.java");
    assertThat(CorpusSource.parse("java")).isEqualTo(new JavaSources());
    assertThat(CorpusSource.parse("enwik8")).isEqualTo(new Enwik8());
    assertThat(CorpusSource.parse(text.toString())).isEqualTo(new FileSource(text));
    assertThat(CorpusSource.parse(dir.toString(), glob)).isEqualTo(new DirectorySource(dir, glob));
    assertThat(CorpusSource.parse(gz.toString())).isEqualTo(new ArchiveSource(gz));
    assertThat(CorpusSource.parse(zip.toString(), glob)).isEqualTo(new ArchiveSource(zip, glob));
  }

  @Test
  void whatIsNotThereIsAnError() {
    assertThatThrownBy(() -> CorpusSource.parse(dir.resolve("none.txt").toString()))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("none.txt: no such file or directory", "'java'", "'enwik8'");
    assertThatThrownBy(() -> CorpusSource.parse(" "))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("empty");
    assertThatThrownBy(() -> CorpusSource.parse("a\0b")).isInstanceOf(DataException.class);
  }

  @Test
  void globThatWouldNotBeHonouredIsAnError() throws IOException {
    Path text = Texts.write(dir.resolve("a.txt"), "text");
    for (String source : new String[] {"java", "enwik8", text.toString()}) {
      assertThatThrownBy(() -> CorpusSource.parse(source, Optional.of("*.java")))
          .isInstanceOf(DataException.class)
          .hasMessageContainingAll("'*.java'", source);
    }
    assertThatThrownBy(() -> CorpusSource.parse(dir.toString(), Optional.of("[")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("'['");
  }

  @Test
  void archiveIsKnownByItsName() {
    assertThatThrownBy(() -> new ArchiveSource(dir.resolve("a.tar")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(".gz, .zip or .jar");
  }

  @Test
  void optionsOutsideTheirRangeAreRefused() {
    for (double fraction : new double[] {0, 1, -0.1, Double.NaN}) {
      assertThatThrownBy(() -> CorpusOptions.defaults().withHeldOutFraction(fraction))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("heldOutFraction is " + fraction);
    }
    assertThatThrownBy(() -> CorpusOptions.defaults().withMaxUnpackedBytes(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maxUnpackedBytes is 0");
  }
}
