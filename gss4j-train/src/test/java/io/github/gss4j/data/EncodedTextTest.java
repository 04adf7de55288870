package io.github.gss4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.tokenizer.ByteTokenizer;
import io.github.gss4j.tokenizer.Gpt2Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plain text as the tokens of a model. */
class EncodedTextTest {
  private static final String ODD = "Zeilen\nüber 😀 Zeilen \n\n  und\tmehr.\n";

  @TempDir Path dir;
  private final Gpt2Tokenizer gpt2 = new Gpt2Tokenizer();

  private static int[] ids(TokenStore store) {
    long[] ids = new long[(int) store.size()];
    store.read(0, ids);
    return Arrays.stream(ids).mapToInt(id -> (int) id).toArray();
  }

  private MappedBytes bytes(String name, String text) throws IOException {
    Path file = Files.writeString(dir.resolve(name), text);
    return MappedBytes.open(file, 0, Files.size(file));
  }

  @Test
  void piecesEncodeAsTheWholeDoes() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; text.length() < 3_000_000; i++) {
      text.append(i % 7 == 0 ? ODD : "a line of some words, number " + i + "\n");
    }
    try (TokenStore encoded = EncodedText.of(bytes("t", text + ""), gpt2, dir.resolve("cache"))) {
      assertThat(ids(encoded)).isEqualTo(gpt2.encode(text.toString()));
    }
  }

  @Test
  void documentsAreJoinedByTheEndOfText() throws IOException {
    Texts.write(dir.resolve("in/a.txt"), "one" + ODD);
    Texts.write(dir.resolve("in/b.txt"), "two" + ODD);
    Texts.write(dir.resolve("in/c.txt"), "three" + ODD);
    Path cache = dir.resolve("cache");
    int[] end = {gpt2.endOfText().getAsInt()};
    Corpus joined = Corpus.open(new DirectorySource(dir.resolve("in")), cache);
    try (Corpus corpus = joined.encoded(gpt2, cache)) {
      String all = gpt2.decode(ids(corpus.train())) + gpt2.decode(ids(corpus.heldOut()));
      assertThat(all.replace(gpt2.decode(end), ""))
          .isEqualTo("one" + ODD + "two" + ODD + "three" + ODD);
      assertThat(Arrays.stream(ids(corpus.train())).filter(id -> id == end[0])).hasSize(2);
      assertThat(ids(corpus.heldOut())).doesNotContain(end);
    }
  }

  @Test
  void textIsEncodedOnce() throws IOException {
    Path cache = dir.resolve("cache");
    EncodedText.of(bytes("t", ODD), gpt2, cache).close();
    Path made;
    try (var files = Files.list(cache)) {
      made = files.findFirst().orElseThrow().resolve("tokens.bin");
    }
    FileTime longAgo = FileTime.fromMillis(0);
    Files.setLastModifiedTime(made, longAgo);
    EncodedText.of(bytes("other name", ODD), gpt2, cache).close();
    assertThat(Files.getLastModifiedTime(made)).isEqualTo(longAgo);
    Files.write(made, new byte[2]);
    try (TokenStore again = EncodedText.of(bytes("t", ODD), gpt2, cache)) {
      assertThat(ids(again)).isEqualTo(gpt2.encode(ODD));
    }
  }

  @Test
  void eachPlaceThatIsNotUtf8IsCounted() throws IOException {
    byte[] text = "a\u00e4b\u00e4c".getBytes(StandardCharsets.ISO_8859_1);
    Path file = Files.write(dir.resolve("latin"), text);
    try (MappedBytes bytes = MappedBytes.open(file, 0, text.length)) {
      EncodedText.Written written = EncodedText.encode(bytes, gpt2, 1, dir.resolve("ids"), false);
      assertThat(written.replaced()).isEqualTo(2);
    }
  }

  @Test
  void bytesStayAsTheyAre() throws IOException {
    MappedBytes bytes = bytes("t", ODD);
    assertThat(EncodedText.of(bytes, new ByteTokenizer(), dir.resolve("cache"))).isSameAs(bytes);
    bytes.close();
  }

  @Test
  void idsLieInTwoBytesWhereTheyFitAndInFourElsewhere() throws IOException {
    for (int vocabulary : new int[] {256, 65_536, 65_537}) {
      int width = vocabulary > 65_536 ? 4 : 2;
      int[] some = {0, 1, 255, vocabulary - 1};
      try (TokenWriter out = new TokenWriter(dir.resolve("ids"), vocabulary)) {
        out.write(some);
        TokenFile file = out.finish("ids");
        assertThat(Files.size(dir.resolve("ids"))).isEqualTo(4L * width);
        assertThat(Files.readAllBytes(dir.resolve("ids"))[2 * width]).isEqualTo((byte) 255);
        try (TokenStore read = file.open(dir, vocabulary)) {
          assertThat(ids(read)).isEqualTo(some);
        }
      }
    }
  }

  @Test
  void storesAreReadAcrossTheirBorders() throws IOException {
    try (TokenStore joined =
        new JoinedTokens(List.of(bytes("a", "abc"), bytes("b", ""), bytes("c", "defg")))) {
      String all = "abcdefg";
      assertThat(joined.size()).isEqualTo(7);
      IntStream.range(0, 7)
          .forEach(
              from ->
                  IntStream.rangeClosed(from, 7)
                      .forEach(
                          to -> {
                            long[] ids = new long[to - from];
                            joined.read(from, ids);
                            byte[] expected =
                                all.substring(from, to).getBytes(StandardCharsets.UTF_8);
                            assertThat(Arrays.stream(ids).mapToInt(id -> (int) id).toArray())
                                .isEqualTo(
                                    IntStream.range(0, expected.length)
                                        .map(i -> expected[i])
                                        .toArray());
                          }));
    }
  }
}
