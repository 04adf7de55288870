package io.github.gss4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gss4j.tokenizer.Gpt2Tokenizer;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.tokenizer.json.JsonTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many bytes of the text the tokens of a held-out text stand for. */
class ByteCountsTest {
  private static final Path TOKENIZERS =
      Path.of("../gss4j-tokenizers/src/test/resources/tokenizer");

  /** What tokenizers change, leave out or take for more than text; not UTF-8 in its midst. */
  private static final byte[] ODD =
      "The STATE\r\n  of <|endoftext|>[SEP]</s> 漢字 Ǆ e\u0301 ﷺ 😀 \u0000\u200b zebra crossing \n\n"
          .getBytes(java.nio.charset.StandardCharsets.UTF_8);

  @TempDir Path dir;

  private static long sum(TokenStore counts) {
    long[] bytes = new long[(int) counts.size()];
    counts.read(0, bytes);
    return Arrays.stream(bytes).sum();
  }

  private Path text(int times) throws IOException {
    byte[] odd = Arrays.copyOf(ODD, ODD.length + 5);
    odd[ODD.length] = (byte) 0xff; // no UTF-8
    odd[ODD.length + 1] = (byte) 0xe6; // a character that is cut off
    odd[ODD.length + 2] = '.';
    odd[ODD.length + 3] = ' '; // which some have no token for, at the end too
    odd[ODD.length + 4] = '\n';
    Path file = dir.resolve("text.txt");
    byte[] all = new byte[odd.length * times];
    for (int i = 0; i < times; i++) {
      System.arraycopy(odd, 0, all, i * odd.length, odd.length);
    }
    return Files.write(file, all);
  }

  private static Tokenizer open(String kind) {
    return kind.equals("gpt2")
        ? new Gpt2Tokenizer()
        : JsonTokenizer.open(TOKENIZERS.resolve(kind).resolve("tokenizer.json"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "bytelevel", "wordpiece", "unigram", "bytefallback"})
  void allBytesOfATextAreCountedWhateverItsTokensDecodeTo(String kind) throws IOException {
    for (int times : new int[] {1, 3000}) { // one window, and many
      Path file = text(times);
      long size = Files.size(file);
      try (Tokenizer tokenizer = open(kind);
          TokenStore ids =
              EncodedText.counted(
                  MappedBytes.open(file, 0, size), tokenizer, dir.resolve("cache"))) {
        TokenStore counts = ids.byteCounts().orElseThrow();
        assertThat(counts.size()).isEqualTo(ids.size());
        assertThat(sum(counts)).isEqualTo(size);
      }
    }
  }

  @Test
  void aTokenWithMoreBytesThanCanBeNotedLeavesTheRestToTheNext() throws IOException {
    try (TokenWriter out = new TokenWriter(dir.resolve("ids"), 10, true)) {
      out.write(new int[] {1, 2}, new int[] {100_000, 5});
      out.write(new int[] {3}, new int[] {0});
      try (TokenStore ids = out.finish("ids").open(dir, 10)) {
        long[] bytes = new long[3];
        ids.byteCounts().orElseThrow().read(0, bytes);
        assertThat(bytes).containsExactly(65_535, 34_470, 0);
      }
    }
  }

  @Test
  void tokensWithoutCountsHaveNone() throws IOException {
    try (TokenWriter out = new TokenWriter(dir.resolve("ids"), 10)) {
      out.write(new int[] {1, 2});
      try (TokenStore ids = out.finish("ids").open(dir, 10);
          TokenStore both = new JoinedTokens(java.util.List.of(ids))) {
        assertThat(ids.byteCounts()).isEmpty();
        assertThat(both.byteCounts()).isEmpty();
      }
    }
  }
}
