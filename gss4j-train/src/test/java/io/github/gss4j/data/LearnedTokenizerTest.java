package io.github.gss4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.gss4j.tokenizer.BytePairTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LearnedTokenizerTest {
  private static final int SIZE = 400;
  private static final String[] WORDS = {"für", "state", "the", "😀", "gate", "getName", "漢字"};

  @TempDir Path dir;

  private static String lines(int bytes, String lineBreak) {
    SplittableRandom random = new SplittableRandom(5);
    StringBuilder text = new StringBuilder();
    while (text.length() < bytes) {
      text.append(WORDS[random.nextInt(WORDS.length)]).append(" ".repeat(random.nextInt(3)));
      if (random.nextInt(12) == 0) {
        text.append(lineBreak).append(" ".repeat(random.nextInt(5)));
      }
    }
    return text.toString();
  }

  private TokenStore store(String text) throws IOException {
    Path file = Files.writeString(dir.resolve("text.txt"), text);
    return MappedBytes.open(file, 0, Files.size(file));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n"})
  void textThatIsReadInPiecesIsLearnedAsAWhole(String lineBreak) throws IOException {
    String text = lines(2_500_000, lineBreak);
    BytePairTrainer whole = new BytePairTrainer();
    whole.add(text);
    try (TokenStore bytes = store(text)) {
      Path file = LearnedTokenizer.of(bytes, SIZE, dir);
      assertThat(new ObjectMapper().readTree(file.toFile()))
          .isEqualTo(new ObjectMapper().readTree(whole.learn(SIZE).toString()));
    }
  }

  @Test
  void isLearnedOnceForATextAndASize() throws IOException {
    Path file;
    try (TokenStore bytes = store(lines(1000, "\n"))) {
      file = LearnedTokenizer.of(bytes, 300, dir);
      Files.writeString(file, "kept");
      assertThat(LearnedTokenizer.of(bytes, 300, dir)).isEqualTo(file).hasContent("kept");
      assertThat(LearnedTokenizer.of(bytes, 301, dir)).isNotEqualTo(file);
    }
    try (TokenStore other = store(lines(2000, "\n"))) {
      assertThat(LearnedTokenizer.of(other, 300, dir)).isNotEqualTo(file);
    }
  }
}
