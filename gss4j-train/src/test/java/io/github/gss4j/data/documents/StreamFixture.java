package io.github.gss4j.data.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Some shards of documents, and what is streamed of them as lists.
 *
 * @param dir where all lies
 * @param source the shards
 */
record StreamFixture(Path dir, DocumentSource source) {
  static final DocumentOptions ALL = new DocumentOptions("text", 0.2, false);
  static final Slice ONE = new Slice(0, 1, 2, 2, 16);

  static StreamFixture in(Path dir) throws IOException {
    return new StreamFixture(dir, Shards.source(dir.resolve("c"), 5, 40, 1));
  }

  /** A corpus of one shard. */
  static DocumentSource only(Path file) {
    String name = file.getFileName().toString();
    return new DocumentSource(name, List.of(new DocumentShard.OnDisk(name, file)));
  }

  StreamedCorpus corpus(DocumentSource of, int shuffleBuffer, DocumentOptions options) {
    Path cache = dir.resolve("cache");
    return new StreamedCorpus(
        of, Optional.empty(), options, shuffleBuffer, new Shards.Letters(), cache);
  }

  List<String> trained() throws IOException {
    List<String> trained = new ArrayList<>();
    for (int s = 0; s < source.shards().size(); s++) {
      Shards.texts(s, 40, 1).stream().filter(t -> !ALL.isHeldOut(t)).forEach(trained::add);
    }
    return trained;
  }

  static List<SampleStream.Step> steps(
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
  static List<Long> sequence(List<SampleStream.Step> steps, int seqLen) {
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
  static List<String> documents(List<Long> ids) {
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
}
