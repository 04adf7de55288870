package io.github.gss4j.data.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.data.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The samples of a stream, their order and their positions. */
class SampleStreamTest {
  private static final DocumentOptions ALL = new DocumentOptions("text", 0.2, false);
  private static final Slice ONE = new Slice(0, 1, 2, 2, 16);

  @TempDir Path dir;
  private DocumentSource source;

  @BeforeEach
  void write() throws IOException {
    source = Shards.source(dir.resolve("c"), 5, 40, 1);
  }

  private StreamedCorpus corpus(DocumentSource of, int shuffleBuffer, DocumentOptions options) {
    Path cache = dir.resolve("cache");
    return new StreamedCorpus(
        of, Optional.empty(), options, shuffleBuffer, new Shards.Letters(), cache);
  }

  private static List<SampleStream.Step> steps(
      StreamedCorpus corpus,
      Slice slice,
      long seed,
      int threads,
      int count,
      Optional<StreamPosition> from) {
    List<SampleStream.Step> steps = new ArrayList<>();
    try (SampleStream stream = corpus.samples(slice, seed, threads, from)) {
      for (int i = 0; i < count; i++) {
        steps.add(stream.next());
      }
    }
    return steps;
  }

  /** The ids of steps as one sequence, each token once. */
  private static List<Long> sequence(List<SampleStream.Step> steps, int seqLen) {
    List<Long> all = new ArrayList<>();
    for (SampleStream.Step step : steps) {
      for (int at = 0; at < step.ids().length; at += seqLen + 1) {
        if (!all.isEmpty()) {
          assertThat(step.ids()[at]).as("begins with the last label").isEqualTo(last(all));
          all.remove(all.size() - 1);
        }
        Arrays.stream(step.ids(), at, at + seqLen + 1).forEach(all::add);
      }
    }
    return all;
  }

  private static long last(List<Long> all) {
    return all.get(all.size() - 1);
  }

  /** The whole documents in a sequence of tokens. */
  private static List<String> documents(List<Long> ids) {
    List<String> documents = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (long id : ids) {
      if (id == Shards.Letters.END) {
        documents.add(text.toString());
        text.setLength(0);
      } else {
        text.append((char) id);
      }
    }
    return documents;
  }

  private List<String> trained() throws IOException {
    List<String> trained = new ArrayList<>();
    for (int s = 0; s < source.shards().size(); s++) {
      Shards.texts(s, 40, 1).stream().filter(t -> !ALL.isHeldOut(t)).forEach(trained::add);
    }
    return trained;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1000})
  void everyEpochHasEveryDocumentOnceAndNoneThatIsHeldOut(int shuffleBuffer) throws IOException {
    try (StreamedCorpus corpus = corpus(source, shuffleBuffer, ALL)) {
      List<String> read = documents(sequence(steps(corpus, ONE, 3, 2, 120, Optional.empty()), 16));
      List<String> expected = trained();
      assertThat(read).hasSizeGreaterThan(2 * expected.size());
      List<String> first = read.subList(0, expected.size());
      List<String> second = read.subList(expected.size(), 2 * expected.size());
      assertThat(first).containsExactlyInAnyOrderElementsOf(expected).isNotEqualTo(expected);
      assertThat(second).containsExactlyInAnyOrderElementsOf(expected).isNotEqualTo(first);
    }
  }

  @Test
  void heldOutDocumentsAreTheOthers() throws IOException {
    try (StreamedCorpus corpus = corpus(source, 7, ALL)) {
      long[] ids = new long[(int) corpus.heldOut().size()];
      corpus.heldOut().read(0, ids);
      List<String> held = documents(Arrays.stream(ids).boxed().toList());
      assertThat(held).isNotEmpty().doesNotContainAnyElementsOf(trained());
      assertThat(held.size() + trained().size()).isEqualTo(5 * 40);
    }
  }

  @Test
  void theSeedAloneDecidesTheOrder() {
    try (StreamedCorpus corpus = corpus(source, 7, ALL)) {
      List<Long> one = sequence(steps(corpus, ONE, 3, 1, 30, Optional.empty()), 16);
      assertThat(sequence(steps(corpus, ONE, 3, 4, 30, Optional.empty()), 16)).isEqualTo(one);
      assertThat(sequence(steps(corpus, ONE, 4, 1, 30, Optional.empty()), 16)).isNotEqualTo(one);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1000})
  void aStreamGoesOnExactlyFromAnyPosition(int shuffleBuffer) {
    SplittableRandom random = new SplittableRandom(shuffleBuffer);
    try (StreamedCorpus corpus = corpus(source, shuffleBuffer, ALL)) {
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
    try (StreamedCorpus corpus = corpus(source, 7, ALL)) {
      List<SampleStream.Step> whole = steps(corpus, ONE, 3, 2, 120, Optional.empty());
      assertThat(whole).anySatisfy(s -> assertThat(s.after().row()).isBetween(5L, 35L));
      assertThat(whole).anySatisfy(s -> assertThat(s.after().epoch()).isEqualTo(1));
      assertThat(whole).anySatisfy(s -> assertThat(s.after().used()).isPositive());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void ranksShareTheSamplesOfOneWithoutGapOrOverlap(int worldSize) {
    try (StreamedCorpus corpus = corpus(source, 7, ALL)) {
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
  void anotherNumberOfRanksGoesOnWithoutLoss() {
    try (StreamedCorpus corpus = corpus(source, 7, ALL)) {
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
  void documentsArePackedOneAfterAnotherWithTheirEnds() throws IOException {
    Path file = Shards.write(dir.resolve("g.jsonl"), Shards.lines(List.of("abc", "", "de")));
    DocumentSource three =
        new DocumentSource("g", List.of(new DocumentShard.OnDisk("g.jsonl", file)));
    Path heldOut = Shards.write(dir.resolve("v.jsonl"), Shards.line("held"));
    DocumentSource validation =
        new DocumentSource("v", List.of(new DocumentShard.OnDisk("v.jsonl", heldOut)));
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
  void brokenRowsOfTheValidationAreCounted() throws IOException {
    DocumentSource source = Shards.source(dir.resolve("c"), 1, 50, 1);
    Path file = Shards.write(dir.resolve("v.jsonl"), Shards.line("held") + "no row\n{}\n");
    DocumentSource validation =
        new DocumentSource("v", List.of(new DocumentShard.OnDisk("v.jsonl", file)));
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
    DocumentSource one =
        new DocumentSource("b", List.of(new DocumentShard.OnDisk("b.jsonl.zst", file)));
    try (StreamedCorpus corpus = corpus(one, 5, ALL)) {
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
                source.shards().stream(), Stream.of(new DocumentShard.OnDisk("cut.jsonl.gz", file)))
            .toList());
  }

  @Test
  void aBrokenShardIsAnErrorThatNamesIt() throws IOException {
    try (StreamedCorpus corpus =
        new StreamedCorpus(
            withCutShard(),
            Optional.of(source),
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
    try (StreamedCorpus corpus = corpus(withCutShard(), 7, skip)) {
      List<SampleStream.Step> steps = steps(corpus, ONE, 3, 2, 1000, Optional.empty());
      StreamPosition after = steps.get(999).after();
      assertThat(after.epoch()).isPositive();
      assertThat(after.brokenShards()).isEqualTo(1);
      assertThat(documents(sequence(steps, 16))).anyMatch(d -> d.startsWith("<9:"));
    }
  }

  @Test
  void longDocumentsAreFewInTheBufferAndAllOfThemAreDrawn() {
    StreamPosition begin = StreamPosition.begin("");
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (StreamedCorpus corpus = corpus(source, 7, ALL);
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
    try (StreamedCorpus corpus = corpus(source, 7, ALL)) {
      position = steps(corpus, ONE, 3, 2, 3, Optional.empty()).get(2).after();
    }
    DocumentSource other = Shards.source(dir.resolve("other"), 5, 41, 1);
    try (StreamedCorpus corpus = corpus(other, 7, ALL)) {
      assertThatThrownBy(() -> corpus.samples(ONE, 3, 1, Optional.of(position)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("other documents");
    }
  }

  @Test
  void aStreamWithoutDocumentsIsAnError() throws IOException {
    Path file = Shards.write(dir.resolve("n.jsonl"), "{}\n{}\n");
    DocumentSource none =
        new DocumentSource("n", List.of(new DocumentShard.OnDisk("n.jsonl", file)));
    try (StreamedCorpus corpus =
        new StreamedCorpus(
            none, Optional.of(source), ALL, 7, new Shards.Letters(), dir.resolve("cache"))) {
      assertThatThrownBy(() -> steps(corpus, ONE, 3, 2, 1, Optional.empty()))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("no documents to train on");
    }
    assertThatThrownBy(() -> corpus(none, 7, ALL))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no document is held out");
  }
}
