package io.github.gss4j.data;

import io.github.gss4j.fuzz.FuzzKind;
import io.github.gss4j.fuzz.Targets;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Plain text: files, what is packed, directories of both. */
public final class TextKind implements FuzzKind {
  private Path cache;

  @Override
  public String name() {
    return "texts";
  }

  @Override
  public List<Path> prepare(Path home) throws IOException {
    cache = home.resolve("cache");
    String text = Texts.words(3000, 1) + "ä世界\ud83d\ude00";
    Map<String, String> members = Map.of("a/b.txt", text, "c.java", Texts.words(500, 2), ".d", "e");
    Texts.write(home.resolve("all/a.txt"), text);
    Texts.gzip(home.resolve("all/b.txt.gz"), text);
    Texts.zip(home.resolve("all/c.zip"), members);
    return List.of(
        Texts.write(home.resolve("a.txt"), text),
        Texts.gzip(home.resolve("b.txt.gz"), text),
        Texts.zip(home.resolve("c.zip"), members),
        home.resolve("all"));
  }

  @Override
  public void read(Path target) throws IOException {
    try (Corpus corpus = Corpus.open(CorpusSource.parse(target.toString()), cache)) {
      Texts.all(corpus.train());
      Texts.all(corpus.heldOut());
    } finally {
      Targets.delete(cache);
    }
  }

  /** Buffers that stay the same for any text, and four times what a packed text may be. */
  @Override
  public long besidesBytes() {
    return 8L << 20;
  }
}
