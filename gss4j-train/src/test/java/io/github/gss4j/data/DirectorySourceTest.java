package io.github.gss4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gss4j.files.Digests;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectorySourceTest extends DirectoryCorpus {
  /** Forty files of 100 bytes, by name. */
  private Map<String, String> fortyFiles() throws IOException {
    Map<String, String> texts = new TreeMap<>();
    for (int i = 0; i < 40; i++) {
      String name = "d" + i % 3 + "/file" + i + ".txt";
      texts.put(name, Texts.words(100, i));
      Texts.write(root().resolve(name), texts.get(name));
    }
    return texts;
  }

  @Test
  void filesAreJoinedByNameAndHeldOutWhole() throws IOException {
    Map<String, String> texts = fortyFiles();
    try (Corpus corpus = open()) {
      assertThat(corpus.name()).isEqualTo("data");
      assertThat(corpus.heldOutNames()).hasSize(2);
      StringBuilder train = new StringBuilder();
      StringBuilder heldOut = new StringBuilder();
      texts.forEach(
          (name, text) -> (corpus.heldOutNames().contains(name) ? heldOut : train).append(text));
      assertThat(Texts.all(corpus.train())).isEqualTo(train.toString());
      assertThat(Texts.all(corpus.heldOut())).isEqualTo(heldOut.toString());
      assertThat(corpus.train().fingerprint()).isEqualTo(Digests.hex(train.toString()));
      assertThat(corpus.heldOut().fingerprint()).isEqualTo(Digests.hex(heldOut.toString()));
    }
  }

  @Test
  void membersOfArchivesBelongToIt() throws IOException {
    Texts.write(root().resolve("a.txt"), "1");
    Texts.zip(root().resolve("b/x.zip"), Map.of("m.txt", "2", "k/l.txt", "3"));
    Texts.gzip(root().resolve("c.txt.gz"), "4");
    Texts.zip(root().resolve("d.jar"), Map.of("../../up.txt", "5"));
    Texts.write(root().resolve("e.txt"), "6");
    try (Corpus corpus = open()) {
      assertThat(corpus.train().size()).isEqualTo(5);
      assertThat(corpus.heldOutNames()).hasSize(1);
      String all = Texts.all(corpus.train()) + Texts.all(corpus.heldOut());
      assertThat(all.chars().sorted().mapToObj(Character::toString).reduce("", String::concat))
          .isEqualTo("123456");
    }
    String json = Files.readString(cached().get(0).resolve("corpus.json"));
    assertThat(json)
        .contains("\"b/x.zip!/k/l.txt\"", "\"c.txt.gz\"", "\"d.jar!/../../up.txt\"", "\"e.txt\"");
  }

  @Test
  void globChoosesFilesAndMembers() throws IOException {
    Texts.write(root().resolve("A.java"), "aa");
    Texts.write(root().resolve("b.txt"), "bb");
    Texts.zip(root().resolve("c.jar"), Map.of("p/C.java", "cc", "p/d.txt", "dd"));
    Texts.gzip(root().resolve("E.java.gz"), "ee");
    try (Corpus corpus = open("**/*.java")) {
      assertThat(Texts.all(corpus.train()) + Texts.all(corpus.heldOut())).isEqualTo("aaeecc");
    }
    assertThatThrownBy(() -> open("*.kt"))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("has 0 bytes of text", "5 not matched by the glob (");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../other.bin", "\\ud800", "", "a\\u0000b"})
  void aManifestThatNamesOtherFilesIsMadeAgain(String file) throws IOException {
    Texts.write(root().resolve("a.txt"), "some text that is kept");
    String text;
    try (Corpus corpus = open()) {
      text = Texts.all(corpus.train());
    }
    Path manifest = cached().get(0).resolve("corpus.json");
    String json = Files.readString(manifest);
    Files.writeString(cache().resolve("other.bin"), "x".repeat(text.length()));
    Files.writeString(manifest, json.replace("\"train.bin\"", '"' + file + '"'));
    try (Corpus corpus = open()) {
      assertThat(Texts.all(corpus.train())).isEqualTo(text);
    }
    assertThat(manifest).content().isEqualTo(json);
  }

  @Test
  void directoryWithoutTextIsAnError() throws IOException {
    Files.createDirectories(root());
    assertThatThrownBy(this::open)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("data: has 0 bytes of text in 0 members");
    Texts.write(root().resolve("empty.txt"), "");
    Texts.write(root().resolve("a.class"), new byte[] {(byte) 0xca, (byte) 0xfe});
    assertThatThrownBy(this::open)
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("has 0 bytes of text in 1 members", "(a.class)");
    assertThatThrownBy(() -> Corpus.open(new DirectorySource(dir.resolve("none")), cache()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("none: is not a directory");
    assertThat(cache()).doesNotExist();
  }

  @Test
  void secondOpeningUsesTheCacheAndAChangeMakesAnother() throws IOException {
    fortyFiles();
    open().close();
    Path train = cached().get(0).resolve("train.bin");
    FileTime old = FileTime.fromMillis(1_000_000_000_000L);
    Files.setLastModifiedTime(train, old);
    String fingerprint;
    try (Corpus again = open()) {
      fingerprint = again.train().fingerprint();
    }
    assertThat(Files.getLastModifiedTime(train)).isEqualTo(old);
    assertThat(cached()).hasSize(1);

    // as large as before: the time alone tells
    Path file = Texts.write(root().resolve("d0/file0.txt"), Texts.words(100, 99));
    Files.setLastModifiedTime(file, old);
    try (Corpus changed = open()) {
      assertThat(changed.train().fingerprint()).isNotEqualTo(fingerprint);
    }
    Corpus.open(
            new DirectorySource(root()), cache(), CorpusOptions.defaults().withHeldOutFraction(0.2))
        .close();
    open("*0.txt").close();
    assertThat(cached()).hasSize(4);
  }

  @Test
  void damagedCacheIsMadeAnew() throws IOException {
    fortyFiles();
    open().close();
    Path home = cached().get(0);
    for (String damage : List.of("", "{}", "null", "{\"format\":1}", "[")) {
      Files.writeString(home.resolve("corpus.json"), damage);
      try (Corpus corpus = open()) {
        assertThat(corpus.train().size()).isEqualTo(3800);
      }
    }
    String sound = Files.readString(home.resolve("corpus.json"));
    Files.writeString(
        home.resolve("corpus.json"), sound.replaceFirst("\"bytes\" : 100,", "\"bytes\" : 99,"));
    try (Corpus corpus = open()) {
      assertThat(corpus.train().documentEnds()).hasSize(38).endsWith(3800L);
    }
    Files.writeString(home.resolve("held_out.bin"), "cut");
    try (Corpus corpus = open()) {
      assertThat(corpus.heldOut().size()).isEqualTo(200);
    }
    Files.delete(home.resolve("train.bin"));
    try (Corpus corpus = open()) {
      assertThat(corpus.train().size()).isEqualTo(3800);
    }
    assertThat(cached()).containsExactly(home);
  }

  @Test
  void processesThatMakeItAtOnceShareOneResult() throws Exception {
    fortyFiles();
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      List<Callable<String>> ranks = Collections.nCopies(4, this::fingerprint);
      Set<String> seen = new HashSet<>();
      for (Future<String> rank : pool.invokeAll(ranks)) {
        seen.add(rank.get());
      }
      assertThat(seen).hasSize(1);
    } finally {
      pool.shutdownNow();
    }
    assertThat(cached()).hasSize(1);
  }

  private String fingerprint() {
    try (Corpus corpus = open()) {
      return corpus.train().fingerprint();
    }
  }

  @Test
  void memberThatChangedBetweenScanAndCopyIsAnError() throws IOException {
    Member scanned = new Member("a.txt", 10, "", 0);
    for (int bytes : new int[] {9, 11}) {
      try (PartWriter train = new PartWriter(dir.resolve("train"));
          PartWriter heldOut = new PartWriter(dir.resolve("held"))) {
        ByteArrayInputStream now = new ByteArrayInputStream(new byte[bytes]);
        assertThatThrownBy(() -> JoinedCorpus.copy(scanned, now, train, heldOut, dir))
            .isInstanceOf(DataException.class)
            .hasMessageContaining("a.txt had 10 bytes and now has " + bytes);
      }
    }
  }

  @Test
  void cacheWithinTheDirectoryIsNoPartOfIt() throws IOException {
    fortyFiles();
    Path inside = root().resolve("runs/cache");
    for (int i = 0; i < 2; i++) {
      try (Corpus corpus = Corpus.open(new DirectorySource(root()), inside)) {
        assertThat(corpus.train().size()).isEqualTo(3800);
      }
    }
  }

  @Test
  void unreadableArchiveIsAnErrorThatNamesIt() throws IOException {
    Path bad = Texts.write(root().resolve("bad.zip"), "no zip at all");
    assertThatThrownBy(this::open)
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(bad + ": cannot be read: ");
    Files.delete(bad);
    Path cut = Texts.write(root().resolve("cut.gz"), "no gzip at all");
    assertThatThrownBy(this::open)
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(cut + ": cannot be read: ");
    assertThat(cache()).doesNotExist();
  }
}
