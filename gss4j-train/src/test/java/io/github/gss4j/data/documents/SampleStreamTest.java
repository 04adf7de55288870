package io.github.gss4j.data.documents;

import static io.github.gss4j.data.documents.StreamFixture.ALL;
import static io.github.gss4j.data.documents.StreamFixture.ONE;
import static io.github.gss4j.data.documents.StreamFixture.documents;
import static io.github.gss4j.data.documents.StreamFixture.only;
import static io.github.gss4j.data.documents.StreamFixture.sequence;
import static io.github.gss4j.data.documents.StreamFixture.steps;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The samples of a stream and their order. */
class SampleStreamTest {
  @TempDir Path dir;
  private StreamFixture fixture;

  @BeforeEach
  void write() throws IOException {
    fixture = StreamFixture.in(dir);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1000})
  void everyEpochHasEveryDocumentOnceAndNoneThatIsHeldOut(int shuffleBuffer) throws IOException {
    try (StreamedCorpus corpus = fixture.corpus(fixture.source(), shuffleBuffer, ALL)) {
      List<String> read = documents(sequence(steps(corpus, ONE, 3, 2, 120, Optional.empty()), 16));
      List<String> expected = fixture.trained();
      assertThat(read).hasSizeGreaterThan(2 * expected.size());
      List<String> first = read.subList(0, expected.size());
      List<String> second = read.subList(expected.size(), 2 * expected.size());
      assertThat(first).containsExactlyInAnyOrderElementsOf(expected).isNotEqualTo(expected);
      assertThat(second).containsExactlyInAnyOrderElementsOf(expected).isNotEqualTo(first);
    }
  }

  @Test
  void heldOutDocumentsAreTheOthers() throws IOException {
    try (StreamedCorpus corpus = fixture.corpus(fixture.source(), 7, ALL)) {
      long[] ids = new long[(int) corpus.heldOut().size()];
      corpus.heldOut().read(0, ids);
      List<String> held = documents(Arrays.stream(ids).boxed().toList());
      assertThat(held).isNotEmpty().doesNotContainAnyElementsOf(fixture.trained());
      assertThat(held.size() + fixture.trained().size()).isEqualTo(5 * 40);
    }
  }

  @Test
  void theSeedAloneDecidesTheOrder() {
    try (StreamedCorpus corpus = fixture.corpus(fixture.source(), 7, ALL)) {
      List<Long> one = sequence(steps(corpus, ONE, 3, 1, 30, Optional.empty()), 16);
      assertThat(sequence(steps(corpus, ONE, 3, 4, 30, Optional.empty()), 16)).isEqualTo(one);
      assertThat(sequence(steps(corpus, ONE, 4, 1, 30, Optional.empty()), 16)).isNotEqualTo(one);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void ranksShareTheSamplesOfOneWithoutGapOrOverlap(int worldSize) {
    try (StreamedCorpus corpus = fixture.corpus(fixture.source(), 7, ALL)) {
      Slice alone = new Slice(0, 1, 2 * worldSize, 3, 16);
      List<SampleStream.Step> whole = steps(corpus, alone, 3, 2, 6, Optional.empty());
      int micro = 2 * 17;
      for (int rank = 0; rank < worldSize; rank++) {
        Slice own = new Slice(rank, worldSize, 2, 3, 16);
        List<SampleStream.Step> part = steps(corpus, own, 3, 1 + rank, 6, Optional.empty());
        for (int step = 0; step < 6; step++) {
          assertThat(part.get(step).after()).isEqualTo(whole.get(step).after());
          for (int m = 0; m < 3; m++) {
            int from = (m * worldSize + rank) * micro;
            assertThat(Arrays.copyOfRange(part.get(step).ids(), m * micro, (m + 1) * micro))
                .isEqualTo(Arrays.copyOfRange(whole.get(step).ids(), from, from + micro));
          }
        }
      }
    }
  }

  @Test
  void documentsArePackedOneAfterAnotherWithTheirEnds() throws IOException {
    Path file = Shards.write(dir.resolve("g.jsonl"), Shards.lines(List.of("abc", "", "de")));
    DocumentSource three = only(file);
    Path heldOut = Shards.write(dir.resolve("v.jsonl"), Shards.line("held"));
    DocumentSource validation = only(heldOut);
    try (StreamedCorpus corpus =
        new StreamedCorpus(
            three, Optional.of(validation), ALL, 1, new Shards.Letters(), dir.resolve("cache"))) {
      Slice slice = new Slice(0, 1, 1, 1, 3);
      List<SampleStream.Step> steps = steps(corpus, slice, 0, 1, 3, Optional.empty());
      long end = Shards.Letters.END;
      assertThat(steps.get(0).ids()).containsExactly('a', 'b', 'c', end);
      assertThat(steps.get(1).ids()).containsExactly(end, end, 'd', 'e');
      assertThat(steps.get(2).ids()).containsExactly('e', end, 'a', 'b');
      long[] held = new long[5];
      corpus.heldOut().read(0, held);
      assertThat(held).containsExactly('h', 'e', 'l', 'd', end);
    }
  }

  @Test
  void longDocumentsAreFewInTheBufferAndAllOfThemAreDrawn() {
    StreamPosition begin = StreamPosition.begin("");
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (StreamedCorpus corpus = fixture.corpus(fixture.source(), 7, ALL);
        DocumentReader reading = corpus.reading(3, threads, begin)) {
      ShuffleBuffer buffer = new ShuffleBuffer(reading, 1000, 100, 3, begin);
      Set<List<Long>> drawn = new HashSet<>();
      for (int i = 0; i < 100; i++) {
        assertThat(drawn.add(buffer.next().reference())).isTrue();
        assertThat(buffer.references().size() / 2).isBetween(3, 30);
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
