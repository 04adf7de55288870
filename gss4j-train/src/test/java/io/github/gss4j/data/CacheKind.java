package io.github.gss4j.data;

import io.github.gss4j.fuzz.FuzzKind;
import io.github.gss4j.tokenizer.Gpt2Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What is joined and encoded once and kept in the cache. */
public final class CacheKind implements FuzzKind {
  private final Gpt2Tokenizer gpt2 = new Gpt2Tokenizer();
  private Path text;

  @Override
  public String name() {
    return "caches";
  }

  @Override
  public List<Path> prepare(Path home) throws IOException {
    text = home.resolve("texts");
    Texts.write(text.resolve("a.txt"), Texts.words(3000, 1));
    Texts.gzip(text.resolve("b.txt.gz"), Texts.words(3000, 2));
    return List.of(Files.createDirectory(home.resolve("cache")));
  }

  @Override
  public void read(Path target) {
    Corpus bytes = Corpus.open(CorpusSource.parse(text.toString()), target);
    try (Corpus corpus = bytes.encoded(gpt2, target)) {
      Texts.all(corpus.train());
      Texts.all(corpus.heldOut());
    }
  }

  /** The text is encoded anew where what is kept is not whole. */
  @Override
  public long besidesBytes() {
    return 16L << 20;
  }
}
