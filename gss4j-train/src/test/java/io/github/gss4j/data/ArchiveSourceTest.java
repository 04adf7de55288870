package io.github.gss4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveSourceTest {
  @TempDir Path dir;

  private Corpus open(Path archive, CorpusOptions options) {
    return Corpus.open(new ArchiveSource(archive), dir.resolve("cache"), options);
  }

  private Corpus open(Path archive) {
    return open(archive, CorpusOptions.defaults());
  }

  @Test
  void gzipIsUnpackedAndItsEndHeldOut() throws IOException {
    String text = Texts.words(1000, 5);
    try (Corpus corpus = open(Texts.gzip(dir.resolve("book.txt.gz"), text))) {
      assertThat(Texts.all(corpus.train())).isEqualTo(text.substring(0, 950));
      assertThat(Texts.all(corpus.heldOut())).isEqualTo(text.substring(950));
      assertThat(corpus.heldOutNames()).containsExactly("book.txt.gz (last 50 bytes)");
    }
  }

  @Test
  void zipMembersAreJoinedByName() throws IOException {
    Map<String, String> members = new LinkedHashMap<>();
    members.put("z.txt", "z".repeat(100));
    members.put("b/", "");
    members.put("b/m.txt", "m".repeat(100));
    members.put("a.txt", "a".repeat(100));
    Path zip = Texts.zip(dir.resolve("texts.zip"), members);
    try (Corpus corpus = open(zip)) {
      assertThat(Texts.all(corpus.train()) + Texts.all(corpus.heldOut()))
          .isEqualTo("a".repeat(100) + "m".repeat(100) + "z".repeat(100));
    }
    ArchiveSource some = new ArchiveSource(zip, Optional.of("b/*"));
    try (Corpus corpus = Corpus.open(some, dir.resolve("cache"))) {
      assertThat(Texts.all(corpus.train()) + Texts.all(corpus.heldOut()))
          .isEqualTo("m".repeat(100));
    }
  }

  @Test
  void archiveThatUnpacksToMoreThanTheLimitIsAnError() throws IOException {
    Path bomb = Texts.gzip(dir.resolve("bomb.gz"), "0".repeat(1_000_000));
    assertThat(Files.size(bomb)).isLessThan(2000);
    assertThatThrownBy(() -> open(bomb, CorpusOptions.defaults().withMaxUnpackedBytes(999_999)))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("bomb.gz", "more than the limit of 999999 bytes");
    Path two =
        Texts.zip(
            dir.resolve("two.zip"), Map.of("a", "0".repeat(600_000), "b", "1".repeat(600_000)));
    assertThatThrownBy(() -> open(two, CorpusOptions.defaults().withMaxUnpackedBytes(1_000_000)))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("two.zip", "more than the limit of 1000000 bytes");
    open(two, CorpusOptions.defaults().withMaxUnpackedBytes(1_200_000)).close();
  }

  @Test
  void archiveOfNoTextNamesWhatIsInIt() throws IOException {
    Path tar = Texts.gzip(dir.resolve("all.tar.gz"), "name\0\0\0text");
    assertThatThrownBy(() -> open(tar))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("all.tar.gz: has 0 bytes of text", "1 not UTF-8 text");
  }

  private static Path field(String name) throws Exception {
    return Path.of(ArchiveSourceTest.class.getResource("/field/" + name).toURI());
  }

  @Test
  void namesOfAZipThatAreNoUtf8AreReadInCodePage437() throws Exception {
    try (Corpus corpus = open(field("cp437.zip"))) {
      assertThat(corpus.train().size() + corpus.heldOut().size()).isEqualTo(1160 + 1070);
      assertThat(corpus.heldOutNames().toString()).contains("café.txt");
    }
  }

  @Test
  void bytesBehindAGzipMemberAreDamage() throws Exception {
    Path file = field("garbage.txt.gz");
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(DataException.class)
        .hasMessage(file + ": cannot be read: bytes that are not gzip follow member 1");
  }

  @Test
  void zerosBehindAGzipMemberAreSkipped() throws IOException {
    Path file = Texts.gzip(dir.resolve("a.txt.gz"), "first ");
    byte[] member = Files.readAllBytes(file);
    byte[] padded = Arrays.copyOf(member, member.length + 1000 + member.length + 1);
    System.arraycopy(member, 0, padded, member.length + 1000, member.length);
    Files.write(file, padded);
    try (Corpus corpus = open(file)) {
      assertThat(Texts.all(corpus.train()) + Texts.all(corpus.heldOut())).isEqualTo("first first ");
    }
  }

  @Test
  void anEncryptedMemberIsLeftOutAndNamed() throws IOException {
    Path zip = Texts.zip(dir.resolve("e.zip"), Map.of("a.txt", "open text", "b.txt", "secret"));
    byte[] bytes = Files.readAllBytes(zip);
    String all = new String(bytes, StandardCharsets.ISO_8859_1);
    int central = all.lastIndexOf("b.txt") - 46;
    assertThat(all.substring(central, central + 4)).isEqualTo("PK\1\2");
    bytes[central + 8] |= 1; // the flag
    Files.write(zip, bytes);
    try (Corpus corpus = open(zip)) {
      assertThat(Texts.all(corpus.train()) + Texts.all(corpus.heldOut())).isEqualTo("open text");
    }
    try (Stream<Path> made = Files.list(dir.resolve("cache"))) {
      assertThat(made.findFirst().orElseThrow().resolve("corpus.json"))
          .content()
          .contains("1 encrypted or packed in an unknown way (b.txt)");
    }
  }

  @Test
  void hiddenMembersAreLeftOut() throws IOException {
    Map<String, String> members = Map.of("../a.txt", "a text", ".git/x", "no", "b/.y", "no");
    Path zip = Texts.zip(dir.resolve("h.zip"), members);
    try (Corpus corpus = open(zip)) {
      assertThat(Texts.all(corpus.train()) + Texts.all(corpus.heldOut())).isEqualTo("a text");
      assertThat(corpus.leftOut()).isEqualTo("2 hidden (.git/x, b/.y)");
    }
  }

  @Test
  void missingArchiveIsAnError() {
    assertThatThrownBy(() -> open(dir.resolve("none.zip")))
        .isInstanceOf(DataException.class)
        .hasMessage(dir.resolve("none.zip") + ": cannot be read: no such file");
  }

  @Test
  void cutGzipIsAnError() throws IOException {
    Path whole = Texts.gzip(dir.resolve("whole.gz"), Texts.words(10_000, 6));
    byte[] bytes = Files.readAllBytes(whole);
    Path cut = Texts.write(dir.resolve("cut.gz"), Arrays.copyOf(bytes, bytes.length / 2));
    assertThatThrownBy(() -> open(cut))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("cut.gz: cannot be read: it ends too early");
  }

  @Test
  void damagedZipMemberIsAnError() throws IOException {
    byte[] text = "stored and not packed".getBytes(StandardCharsets.UTF_8);
    Path file = dir.resolve("stored.zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      ZipEntry entry = new ZipEntry("a.txt");
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(text.length);
      CRC32 crc = new CRC32();
      crc.update(text);
      entry.setCrc(crc.getValue());
      zip.putNextEntry(entry);
      zip.write(text);
    }
    byte[] bytes = Files.readAllBytes(file);
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("not packed");
    bytes[at] = 'N';
    Files.write(file, bytes);
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll("stored.zip", "a.txt is damaged (wrong checksum)");
  }

  @Test
  void memberNameCannotBreakALine() throws IOException {
    Path zip = Texts.zip(dir.resolve("names.zip"), Map.of("a\nb", "some text"));
    try (Corpus corpus = open(zip)) {
      assertThat(corpus.heldOutNames()).containsExactly("a b (last 1 bytes)");
    }
  }
}
