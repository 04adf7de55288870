package io.github.gss4j.data.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gss4j.data.Corpus;
import io.github.gss4j.data.CorpusSource;
import io.github.gss4j.data.DataException;
import io.github.gss4j.data.TokenStore;
import io.github.gss4j.tokenizer.ByteTokenizer;
import io.github.gss4j.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Corpora encoded once into files. */
class PreparationTest {
  private static final DocumentOptions OPTIONS = new DocumentOptions("text", 0.3, false);

  @TempDir Path dir;

  private static Preparation preparation(Tokenizer tokenizer, int threads, Path home) {
    return new Preparation(tokenizer, threads, home, (shards, of, documents) -> {});
  }

  private PreparedCorpus prepare(DocumentSource source, int threads, Path home) {
    return preparation(new Shards.Letters(), threads, home)
        .documents(source, Optional.empty(), OPTIONS);
  }

  private static Map<String, String> content(Path home) throws IOException {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> files = Files.list(home)) {
      for (Path file : files.toList()) {
        content.put(
            file.getFileName().toString(),
            new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
      }
    }
    return content;
  }

  private static String text(TokenStore store) {
    long[] ids = new long[(int) store.size()];
    store.read(0, ids);
    StringBuilder text = new StringBuilder();
    for (long id : ids) {
      text.append(id == Shards.Letters.END ? '\n' : (char) id);
    }
    return text.toString();
  }

  @Test
  void theNumberOfThreadsDoesNotMatter() throws IOException {
    DocumentSource source = Shards.source(dir.resolve("c"), 4, 300, 1);
    prepare(source, 1, dir.resolve("one"));
    prepare(source, 5, dir.resolve("five"));
    assertThat(content(dir.resolve("five"))).isEqualTo(content(dir.resolve("one")));
  }

  @Test
  void tokensAreThoseOfTheDocumentsInTheirOrder() throws IOException {
    DocumentSource source = Shards.source(dir.resolve("c"), 3, 50, 1);
    PreparedCorpus made = prepare(source, 2, dir.resolve("out"));
    StringBuilder train = new StringBuilder();
    StringBuilder heldOut = new StringBuilder();
    for (int s = 0; s < 3; s++) {
      for (String text : Shards.texts(s, 50, 1)) {
        (OPTIONS.isHeldOut(text) ? heldOut : train).append(text).append('\n');
      }
    }
    try (Corpus corpus =
        PreparedCorpus.in(dir.resolve("out")).orElseThrow().open(dir.resolve("out"))) {
      assertThat(text(corpus.train())).isEqualTo(train.toString());
      assertThat(text(corpus.heldOut())).isEqualTo(heldOut.toString());
      assertThat(made.trainTokens()).isEqualTo(train.length());
      assertThat(made.bytes()).isEqualTo(train.length() + heldOut.length() - 150L);
      assertThat(made.documents()).isEqualTo(150);
    }
  }

  @Test
  void whatIsFinishedIsNotDoneAgain() throws IOException {
    DocumentSource source = Shards.source(dir.resolve("c"), 4, 50, 1);
    Path home = dir.resolve("out");
    RuntimeException kill = new IllegalStateException("killed");
    Preparation killed =
        new Preparation(
            new Shards.Letters(),
            2,
            home,
            (shards, of, documents) -> {
              if (shards > 2.5) {
                throw kill;
              }
            });
    assertThatThrownBy(() -> killed.documents(source, Optional.empty(), OPTIONS)).isSameAs(kill);
    assertThat(home.resolve("00001.json")).exists();
    assertThat(PreparedCorpus.in(home)).isEmpty();
    FileTime longAgo = FileTime.fromMillis(0);
    Files.setLastModifiedTime(home.resolve("00001.train.bin"), longAgo);

    prepare(source, 2, home);
    assertThat(Files.getLastModifiedTime(home.resolve("00001.train.bin"))).isEqualTo(longAgo);
    prepare(source, 2, dir.resolve("unbroken"));
    assertThat(content(home)).isEqualTo(content(dir.resolve("unbroken")));
  }

  @Test
  void aDirectoryOfOtherSettingsIsRefused() throws IOException {
    DocumentSource source = Shards.source(dir.resolve("c"), 2, 50, 1);
    prepare(source, 2, dir.resolve("out"));
    Preparation gpt2 = preparation(Shards.gpt2(), 2, dir.resolve("out"));
    assertThatThrownBy(() -> gpt2.documents(source, Optional.empty(), OPTIONS))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("other text or settings");
    Path used = Shards.write(dir.resolve("used/file.txt"), "x").getParent();
    assertThatThrownBy(() -> prepare(source, 2, used))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("holds other files");
  }

  @Test
  void validationShardsAreHeldOutWhole() throws IOException {
    DocumentSource source = Shards.source(dir.resolve("c"), 2, 50, 1);
    DocumentSource validation = Shards.source(dir.resolve("v"), 1, 7, 2);
    PreparedCorpus made =
        preparation(new Shards.Letters(), 2, dir.resolve("out"))
            .documents(source, Optional.of(validation), OPTIONS);
    assertThat(made.heldOutDocuments()).isEqualTo(7);
    assertThat(made.documents()).isEqualTo(107);
  }

  @Test
  void plainTextKeepsItsFilesApart() throws IOException {
    Shards.write(dir.resolve("t/a.txt"), "first file");
    Shards.write(dir.resolve("t/b.txt"), "second file");
    Shards.write(dir.resolve("t/c.txt"), "the third and last of all the files");
    Corpus text = Corpus.open(CorpusSource.parse(dir.resolve("t").toString()), dir.resolve("k"));
    Path home = dir.resolve("out");
    PreparedCorpus made = preparation(new Shards.Letters(), 2, home).text(text);
    try (Corpus corpus = made.open(home)) {
      String all = text(corpus.train()) + "|" + text(corpus.heldOut());
      assertThat(all.replace("|", ""))
          .isEqualTo("first file\nsecond file\nthe third and last of all the files");
    }
  }

  @Test
  void bytesAreKeptThatAreNoText() throws IOException {
    byte[] odd = new byte[1000];
    for (int i = 0; i < odd.length; i++) {
      odd[i] = (byte) i;
    }
    Path file = Files.write(dir.resolve("odd"), odd);
    Path home = dir.resolve("out");
    Corpus bytes = Corpus.open(CorpusSource.parse(file.toString()), dir.resolve("k"));
    try (Corpus corpus = preparation(new ByteTokenizer(), 2, home).text(bytes).open(home)) {
      long[] ids = new long[300];
      corpus.train().read(0, ids);
      assertThat(ids[255]).isEqualTo(255);
      assertThat(ids[256]).isZero();
    }
  }

  @Test
  void aDamagedFileIsNoticed() throws IOException {
    DocumentSource source = Shards.source(dir.resolve("c"), 1, 50, 1);
    Path home = dir.resolve("out");
    PreparedCorpus made = prepare(source, 2, home);
    Path ids = home.resolve("00000.train.bin");
    byte[] content = Files.readAllBytes(ids);
    content[9] = (byte) 0xff;
    Files.write(ids, content);
    try (Corpus corpus = made.open(home)) {
      assertThatThrownBy(() -> corpus.train().read(0, new long[10]))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("token 4 has the id 65");
    }
    for (byte[] other : List.of(new byte[2], Arrays.copyOf(content, content.length + 2))) {
      Files.write(ids, other);
      assertThatThrownBy(() -> made.open(home))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("00000.train.bin: is missing or does not have the");
    }
    String manifest = Files.readString(home.resolve(PreparedCorpus.MANIFEST));
    Files.writeString(
        home.resolve(PreparedCorpus.MANIFEST),
        manifest.replace("00000.train.bin", "../00000.train.bin"));
    assertThatThrownBy(() -> PreparedCorpus.in(home)).isInstanceOf(DataException.class);
    Files.writeString(home.resolve(PreparedCorpus.MANIFEST), "{");
    assertThatThrownBy(() -> PreparedCorpus.in(home))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("prepare the corpus again");
  }

  @Test
  void whatIsLeftOutStandsInTheManifest() throws IOException {
    for (int s = 0; s < 3; s++) {
      Path shard = dir.resolve("c/part-" + s + ".jsonl");
      Shards.write(shard, Shards.lines(Shards.texts(s, 20, 1)) + "no row\n");
    }
    Shards.write(dir.resolve("c/_SUCCESS"), "");
    DocumentSource source =
        DocumentSource.parse(
                dir.resolve("c").toString(), Optional.empty(), dir.resolve("k"), () -> null)
            .orElseThrow();
    Path home = dir.resolve("out");
    PreparedCorpus made = prepare(source, 1, home);
    assertThat(made.leftOutInWords())
        .isEqualTo(
            "left out 3 broken rows and the ends of 0 broken files; 1 with a name in _"
                + " (_SUCCESS)");
    assertThat(PreparedCorpus.in(home)).contains(made);
  }

  @Test
  void aManifestOfAnEarlierVersionIsReadAndADamagedOneIsNot() throws IOException {
    Path home = dir.resolve("out");
    PreparedCorpus made = prepare(Shards.source(dir.resolve("c"), 1, 50, 1), 2, home);
    Path file = home.resolve(PreparedCorpus.MANIFEST);
    String json = Files.readString(file);
    String earlier = json.replaceAll(",\\s*\"leftOut\" : \"\"", "");
    assertThat(earlier).isNotEqualTo(json);
    Files.writeString(file, earlier);
    assertThat(PreparedCorpus.in(home)).contains(made);
    for (String lost : List.of("\"brokenRows\" : 0,", "\"plan\" : \"" + made.plan() + "\",")) {
      assertThat(json).contains(lost);
      Files.writeString(file, json.replace(lost, ""));
      assertThatThrownBy(() -> PreparedCorpus.in(home)).isInstanceOf(DataException.class);
    }
  }

  @Test
  void oneHeldOutTokenIsTooFew() throws IOException {
    Path file = Files.writeString(dir.resolve("t.txt"), "twenty bytes of text");
    Corpus text = Corpus.open(CorpusSource.parse(file.toString()), dir.resolve("k"));
    Preparation bytes = preparation(new ByteTokenizer(), 1, dir.resolve("out"));
    assertThatThrownBy(() -> bytes.text(text))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("t.txt: 1 tokens")
        .hasMessageContaining("expected at least 2");
  }

  @Test
  void aCorpusOfAnotherTokenizerIsRefused() throws IOException {
    PreparedCorpus made = prepare(Shards.source(dir.resolve("c"), 1, 50, 1), 2, dir.resolve("out"));
    assertThatThrownBy(() -> made.open(dir.resolve("out"), Shards.gpt2()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("letters")
        .hasMessageContaining("gpt2");
  }
}
