package io.github.gss4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What of a directory is not read, and how that is told. */
class DirectoryLeftOutTest extends DirectoryCorpus {
  private Path manifest() throws IOException {
    return cached().get(0).resolve("corpus.json");
  }

  @Test
  void whatIsNoTextIsLeftOutAndCounted() throws IOException {
    for (int i = 0; i < 40; i++) {
      Texts.write(root().resolve("file" + i + ".txt"), Texts.words(100, i));
    }
    for (int i = 0; i < 7; i++) {
      Texts.write(root().resolve("image" + i + ".png"), new byte[] {(byte) 0x89, 'P', 'N', 'G'});
    }
    Texts.write(root().resolve("wide.txt"), new byte[] {'a', 0, 'b', 0});
    Texts.write(root().resolve(".git/config"), "secret");
    Texts.write(root().resolve(".hidden"), "secret");
    Files.createSymbolicLink(root().resolve("circle"), root());
    Files.createSymbolicLink(root().resolve("nowhere"), dir.resolve("none"));
    try (Corpus corpus = open()) {
      assertThat(corpus.train().size() + corpus.heldOut().size()).isEqualTo(4000);
    }
    assertThat(Files.readString(manifest()))
        .contains(
            "8 not UTF-8 text (image0.png, image1.png, image2.png, image3.png, image4.png, …)",
            "2 hidden (.",
            "1 neither file nor directory (nowhere)",
            "1 links in a circle (circle)");
  }

  @Test
  void whatCannotBeReadIsLeftOutAndCounted() throws IOException {
    Texts.write(root().resolve("a.txt"), "some text");
    Texts.write(root().resolve("b.bin"), "left out by the glob");
    Files.createSymbolicLink(root().resolve("c.txt"), Path.of("/proc/self/mem")); // EIO when read
    try (Corpus corpus = open()) {
      assertThat(corpus.train().size() + corpus.heldOut().size()).isEqualTo(9 + 20);
    }
    assertThat(Files.readString(manifest())).contains("1 unreadable (c.txt)");
  }

  @Test
  void aDirectoryThatCannotBeReadIsLeftOutAndCounted() throws IOException {
    Files.createDirectories(root().resolve("lost+found"));
    SkippedFiles leftOut = new SkippedFiles();
    DirectoryListing listing = new DirectoryListing(root(), cache(), file -> true, leftOut);
    Path lost = root().resolve("lost+found");
    AccessDeniedException denied = new AccessDeniedException(lost.toString());
    assertThat(listing.visitFileFailed(lost, denied)).isEqualTo(FileVisitResult.CONTINUE);
    assertThat(listing.postVisitDirectory(lost, denied)).isEqualTo(FileVisitResult.CONTINUE);
    assertThat(leftOut).hasToString("2 unreadable (lost+found, lost+found)");
    assertThatThrownBy(() -> listing.visitFileFailed(root(), denied)).isSameAs(denied);
  }

  @Test
  void pointersOfGitLfsAreLeftOutAndCounted() throws IOException {
    String pointer =
        """
        version https://git-lfs.github.com/spec/v1
        oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
        size 12345
        """;
    Texts.write(root().resolve("a.txt"), "some text");
    Texts.write(root().resolve("b.txt"), pointer);
    Texts.write(root().resolve("c.zip"), pointer);
    Texts.write(root().resolve("d.txt.gz"), pointer);
    Texts.zip(root().resolve("e.zip"), Map.of("m.txt", pointer, "n.txt", "more"));
    try (Corpus corpus = open()) {
      assertThat(corpus.train().size() + corpus.heldOut().size()).isEqualTo(9 + 4);
      assertThat(corpus.leftOut())
          .isEqualTo(
              "4 a Git LFS pointer (run git lfs pull) (b.txt, c.zip, d.txt.gz, e.zip!/m.txt)");
    }
    for (String named : List.of("b.txt", "c.zip", "d.txt.gz")) {
      String path = root().resolve(named).toString();
      assertThatThrownBy(() -> Corpus.open(CorpusSource.parse(path), cache()))
          .isInstanceOf(DataException.class)
          .hasMessageStartingWith(path + ": is a Git LFS pointer");
    }
  }

  @Test
  void anArchiveOfNoBytesIsLeftOutAndCounted() throws IOException {
    Texts.write(root().resolve("a.txt"), "some text");
    Texts.write(root().resolve("b.zip"), "");
    try (Corpus corpus = open()) {
      assertThat(corpus.leftOut()).isEqualTo("1 empty archives (b.zip)");
    }
    String alone = root().resolve("b.zip").toString();
    assertThatThrownBy(() -> Corpus.open(CorpusSource.parse(alone), cache()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("b.zip");
  }

  @Test
  void whatAGlobExcludesIsNeverOpened() throws IOException {
    Texts.write(root().resolve("sub/a.txt"), "some text");
    Texts.write(root().resolve("lost+found/x.txt"), "x");
    Files.createSymbolicLink(root().resolve("sub/b.bin"), Path.of("/proc/self/mem"));
    SkippedFiles leftOut = new SkippedFiles();
    Optional<Glob> glob = Optional.of(Glob.of("sub/*.txt"));
    assertThat(DirectorySource.files(root(), cache(), glob, leftOut)).containsOnlyKeys("sub/a.txt");
    assertThat(leftOut).hasToString("2 not matched by the glob (lost+found, sub/b.bin)");
    try (Corpus corpus = open("*.txt")) {
      assertThat(corpus.train().size() + corpus.heldOut().size()).isEqualTo(10);
    }
    assertThat(Files.readString(manifest()))
        .contains("\"leftOut\" : \"1 not matched by the glob (sub/b.bin)\"");
  }

  @Test
  void whatIsJoinedIsToldOnceWithoutTheNamesThatAGlobExcludes() throws IOException {
    Texts.write(root().resolve("a.txt"), "some text");
    Texts.write(root().resolve("b.txt"), new byte[] {'a', 0, 'b', 0});
    Texts.write(root().resolve("c.bin"), "c");
    Texts.write(root().resolve(".hidden"), "secret");
    ListAppender<ILoggingEvent> told = new ListAppender<>();
    told.start();
    Logger log = (Logger) LoggerFactory.getLogger(JoinedCorpus.class);
    Level usual = log.getLevel();
    log.setLevel(Level.INFO); // as on the command line
    log.addAppender(told);
    try {
      open("*.txt").close();
      open("*.txt").close();
    } finally {
      log.detachAppender(told);
      log.setLevel(usual);
    }
    assertThat(told.list).hasSize(1);
    assertThat(told.list.get(0).getFormattedMessage())
        .startsWith(root() + ": 1 file, ")
        .contains("; left out: 1 not UTF-8 text (b.txt), 1 not matched by the glob, 1 hidden (now");
  }
}
