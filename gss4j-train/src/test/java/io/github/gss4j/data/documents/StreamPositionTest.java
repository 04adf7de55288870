package io.github.gss4j.data.documents;

import static io.github.gss4j.data.documents.StreamFixture.ALL;
import static io.github.gss4j.data.documents.StreamFixture.ONE;
import static io.github.gss4j.data.documents.StreamFixture.sequence;
import static io.github.gss4j.data.documents.StreamFixture.steps;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamPositionTest {
  @TempDir Path dir;
  private StreamFixture fixture;

  @BeforeEach
  void write() throws IOException {
    fixture = StreamFixture.in(dir);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1000})
  void aStreamGoesOnExactlyFromAnyPosition(int shuffleBuffer) {
    SplittableRandom random = new SplittableRandom(shuffleBuffer);
    try (StreamedCorpus corpus = fixture.corpus(fixture.source(), shuffleBuffer, ALL)) {
      List<SampleStream.Step> whole = steps(corpus, ONE, 3, 2, 120, Optional.empty());
      for (int i = 0; i < 12; i++) {
        int at = random.nextInt(115);
        StreamPosition from = StreamPosition.from(whole.get(at).after().toJson());
        List<SampleStream.Step> rest = steps(corpus, ONE, 3, 2, 4, Optional.of(from));
        for (int k = 0; k < rest.size(); k++) {
          SampleStream.Step expected = whole.get(at + 1 + k);
          assertThat(rest.get(k).ids()).as("step %d", at + 1 + k).isEqualTo(expected.ids());
          assertThat(rest.get(k).after()).isEqualTo(expected.after());
        }
      }
    }
  }

  @Test
  void positionsLieInTheMidstOfShardsAndEpochs() {
    try (StreamedCorpus corpus = fixture.corpus(fixture.source(), 7, ALL)) {
      List<SampleStream.Step> whole = steps(corpus, ONE, 3, 2, 120, Optional.empty());
      assertThat(whole).anySatisfy(s -> assertThat(s.after().row()).isBetween(5L, 35L));
      assertThat(whole).anySatisfy(s -> assertThat(s.after().epoch()).isEqualTo(1));
      assertThat(whole).anySatisfy(s -> assertThat(s.after().used()).isPositive());
    }
  }

  @Test
  void anotherNumberOfRanksGoesOnWithoutLoss() {
    try (StreamedCorpus corpus = fixture.corpus(fixture.source(), 7, ALL)) {
      Slice two = new Slice(0, 1, 2, 1, 16);
      Slice four = new Slice(0, 1, 4, 1, 16);
      List<SampleStream.Step> begun =
          new ArrayList<>(steps(corpus, two, 3, 2, 5, Optional.empty()));
      Optional<StreamPosition> from = Optional.of(begun.get(4).after());
      begun.addAll(steps(corpus, four, 3, 2, 5, from));
      assertThat(sequence(begun, 16))
          .isEqualTo(sequence(steps(corpus, two, 3, 2, 15, Optional.empty()), 16));
    }
  }

  @Test
  void aPositionOfAnEarlierVersionHasNoCuts() {
    ObjectNode json = (ObjectNode) StreamPosition.begin("c").toJson();
    assertThat(json.remove("cuts").asLong()).isZero();
    assertThat(StreamPosition.from(json)).isEqualTo(StreamPosition.begin("c"));
    json.put("cuts", 3);
    assertThat(StreamPosition.from(json).cuts()).isEqualTo(3);
  }

  @Test
  void aPositionOfOtherDocumentsIsRefused() throws IOException {
    StreamPosition position;
    try (StreamedCorpus corpus = fixture.corpus(fixture.source(), 7, ALL)) {
      position = steps(corpus, ONE, 3, 2, 3, Optional.empty()).get(2).after();
    }
    DocumentSource other = Shards.source(dir.resolve("other"), 5, 41, 1);
    try (StreamedCorpus corpus = fixture.corpus(other, 7, ALL)) {
      assertThatThrownBy(() -> corpus.samples(ONE, 3, 1, Optional.of(position)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("other documents");
    }
  }
}
