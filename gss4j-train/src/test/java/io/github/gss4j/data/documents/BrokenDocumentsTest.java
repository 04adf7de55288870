package io.github.gss4j.data.documents;

import static io.github.gss4j.data.documents.StreamFixture.ALL;
import static io.github.gss4j.data.documents.StreamFixture.ONE;
import static io.github.gss4j.data.documents.StreamFixture.documents;
import static io.github.gss4j.data.documents.StreamFixture.only;
import static io.github.gss4j.data.documents.StreamFixture.sequence;
import static io.github.gss4j.data.documents.StreamFixture.steps;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gss4j.data.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokenDocumentsTest {
  @TempDir Path dir;
  private StreamFixture fixture;

  @BeforeEach
  void write() throws IOException {
    fixture = StreamFixture.in(dir);
  }

  @Test
  void brokenRowsOfTheValidationAreCounted() throws IOException {
    DocumentSource source = Shards.source(dir.resolve("c"), 1, 50, 1);
    Path file = Shards.write(dir.resolve("v.jsonl"), Shards.line("held") + "no row\n{}\n");
    DocumentSource validation = only(file);
    Path cache = dir.resolve("cache");
    new StreamedCorpus(source, Optional.of(validation), ALL, 1, new Shards.Letters(), cache)
        .close();
    try (Stream<Path> made = Files.list(cache)) {
      assertThat(made.findFirst().orElseThrow().resolve("held_out.json"))
          .content()
          .contains("\"brokenRows\" : 2", "\"brokenShards\" : 0");
    }
  }

  @Test
  void brokenRowsAreCountedOnceAndNotTrainedOn() throws IOException {
    String text = Shards.lines(Shards.texts(0, 20, 1));
    String broken = text + "{\"text\": 3}\n\n{\"other\": \"a\"}\n{\"text\"\n[1]\n" + text;
    Path file = Shards.write(dir.resolve("b.jsonl.zst"), broken);
    DocumentSource one = only(file);
    try (StreamedCorpus corpus = fixture.corpus(one, 5, ALL)) {
      List<SampleStream.Step> steps = steps(corpus, ONE, 3, 2, 40, Optional.empty());
      assertThat(steps.get(39).after().epoch()).isPositive();
      assertThat(steps.get(39).after().brokenRows()).isEqualTo(4);
      assertThat(documents(sequence(steps, 16))).allMatch(d -> d.startsWith("<0:"));
    }
  }

  private DocumentSource withCutShard() throws IOException {
    Path file = dir.resolve("cut.jsonl.gz");
    Shards.write(file, Shards.lines(Shards.texts(9, 5000, 1)));
    byte[] all = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(all, all.length / 2));
    return new DocumentSource(
        "cut",
        Stream.concat(
                fixture.source().shards().stream(),
                Stream.of(new DocumentShard.OnDisk("cut.jsonl.gz", file)))
            .toList());
  }

  @Test
  void aBrokenShardIsAnErrorThatNamesIt() throws IOException {
    try (StreamedCorpus corpus =
        new StreamedCorpus(
            withCutShard(),
            Optional.of(fixture.source()),
            ALL,
            7,
            new Shards.Letters(),
            dir.resolve("cache"))) {
      assertThatThrownBy(() -> steps(corpus, ONE, 3, 2, 1000, Optional.empty()))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("cut.jsonl.gz: is broken after row")
          .hasMessageContaining("--skip-broken");
    }
  }

  @Test
  void theRestOfABrokenShardIsLeftOutIfAskedFor() throws IOException {
    DocumentOptions skip = new DocumentOptions("text", 0.2, true);
    try (StreamedCorpus corpus = fixture.corpus(withCutShard(), 7, skip)) {
      List<SampleStream.Step> steps = steps(corpus, ONE, 3, 2, 1000, Optional.empty());
      StreamPosition after = steps.get(999).after();
      assertThat(after.epoch()).isPositive();
      assertThat(after.brokenShards()).isEqualTo(1);
      assertThat(documents(sequence(steps, 16))).anyMatch(d -> d.startsWith("<9:"));
    }
  }

  @Test
  void aStreamWithoutDocumentsIsAnError() throws IOException {
    Path file = Shards.write(dir.resolve("n.jsonl"), "{}\n{}\n");
    DocumentSource none = only(file);
    try (StreamedCorpus corpus =
        new StreamedCorpus(
            none,
            Optional.of(fixture.source()),
            ALL,
            7,
            new Shards.Letters(),
            dir.resolve("cache"))) {
      assertThatThrownBy(() -> steps(corpus, ONE, 3, 2, 1, Optional.empty()))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("no documents to train on");
    }
    assertThatThrownBy(() -> fixture.corpus(none, 7, ALL))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no document is held out");
  }
}
