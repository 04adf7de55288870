package io.github.gss4j.data.documents;

import io.github.gss4j.data.Corpus;
import io.github.gss4j.data.DataException;
import io.github.gss4j.data.Texts;
import io.github.gss4j.fuzz.FuzzKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Corpora that {@code gss prepare} wrote. */
public final class PreparedKind implements FuzzKind {
  @Override
  public String name() {
    return "prepared";
  }

  @Override
  public List<Path> prepare(Path home) throws IOException {
    Path prepared = home.resolve("prepared");
    new Preparation(new Shards.Letters(), 1, prepared, (shards, of, documents) -> {})
        .documents(
            Shards.source(home.resolve("shards"), 2, 20, 1),
            Optional.empty(),
            new DocumentOptions("text", 0.3, false));
    return List.of(prepared);
  }

  @Override
  public void read(Path target) {
    PreparedCorpus prepared =
        PreparedCorpus.in(target).orElseThrow(() -> new DataException(target, "is not prepared"));
    prepared.leftOutInWords();
    try (Corpus corpus = prepared.open(target, new Shards.Letters())) {
      Texts.all(corpus.train());
      Texts.all(corpus.heldOut());
    }
  }
}
