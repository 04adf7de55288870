package io.github.gss4j.tokenizer.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.tokenizer.ByteTokenizer;
import io.github.gss4j.tokenizer.Golden;
import io.github.gss4j.tokenizer.Gpt2Tokenizer;
import io.github.gss4j.tokenizer.PiecewiseEncoder;
import io.github.gss4j.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The ids of pieces are the ids of the whole, whatever the text and the tokenizer are. */
class PiecewiseEncoderTest {
  private static final int LENGTH = 45_000; // three windows
  private static final long SEED = 20_260_101;

  /** As GPT-4 has it: digits by three, line ends with what stands before them. */
  private static final String DIGITS_BY_THREE =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
          + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  @TempDir static Path directory;

  /** A tokenizer and how it encodes a text as a whole. */
  private record Case(Tokenizer tokenizer, Function<String, int[]> whole) implements AutoCloseable {
    @Override
    public void close() {
      tokenizer.close();
    }
  }

  private static Case open(String kind, String pretokenizer) throws IOException {
    ObjectMapper json = new ObjectMapper();
    ObjectNode root = (ObjectNode) json.readTree(Golden.path(kind + "/tokenizer.json").toFile());
    if (!pretokenizer.isEmpty()) {
      JsonNode other = json.readTree(pretokenizer);
      root.set("pre_tokenizer", other);
    }
    Path file = Files.createTempFile(directory, kind, ".json");
    Files.write(file, json.writeValueAsBytes(root));
    JsonTokenizer tokenizer = JsonTokenizer.open(file);
    return new Case(tokenizer, text -> tokenizer.locate(text).ids());
  }

  private static Case open(String name) throws IOException {
    String level =
        "{\"type\": \"ByteLevel\", \"add_prefix_space\": %s, \"trim_offsets\": %s, \"use_regex\": %s}";
    return switch (name) {
      case "bytes" -> new Case(new ByteTokenizer(), new ByteTokenizer()::encode);
      case "gpt2" -> new Case(new Gpt2Tokenizer(), new Gpt2Tokenizer()::encode);
      case "bytelevel with a space before" -> open("bytelevel", level.formatted(true, false, true));
      case "bytelevel without words" -> open("bytelevel", level.formatted(false, true, false));
      case "bytelevel with digits by three" ->
          open(
              "bytelevel",
              "{\"type\": \"Sequence\", \"pretokenizers\": [{\"type\": \"Split\", \"pattern\":"
                  + " {\"Regex\": "
                  + new ObjectMapper().writeValueAsString(DIGITS_BY_THREE)
                  + "}, \"behavior\": \"Isolated\", \"invert\": false}, "
                  + level.formatted(false, true, false)
                  + "]}");
      case "unigram without words" ->
          open(
              "unigram",
              "{\"type\": \"Metaspace\", \"replacement\": \"▁\", \"prepend_scheme\": \"first\","
                  + " \"split\": false}");
      default -> open(name, "");
    };
  }

  private static String repeated(String pattern) {
    return pattern.repeat(LENGTH / pattern.length() + 1).substring(0, LENGTH);
  }

  private static String made(ToIntFunction<SplittableRandom> point) {
    SplittableRandom random = new SplittableRandom(SEED);
    StringBuilder text = new StringBuilder();
    while (text.length() < LENGTH) {
      text.appendCodePoint(point.applyAsInt(random));
    }
    return text.toString();
  }

  private static String words(String alphabet, int longest, String... between) {
    SplittableRandom random = new SplittableRandom(SEED);
    int[] letters = alphabet.codePoints().toArray();
    StringBuilder text = new StringBuilder();
    while (text.length() < LENGTH) {
      for (int i = random.nextInt(longest); i >= 0; i--) {
        text.appendCodePoint(letters[random.nextInt(letters.length)]);
      }
      text.append(between[random.nextInt(between.length)]);
    }
    return text.toString();
  }

  private static final String LATIN = "aaabcdeeeefghiiilmnooprsttttuéß";

  /** Texts as people have them. */
  private static Map<String, String> plain() {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("lines", words(LATIN, 9, " ", " ", " ", ", ", ".\n", "\n\n", "'s "));
    texts.put("CRLF", words(LATIN, 9, " ", " ", "\r\n", ".\r\n\r\n", "\t"));
    texts.put("indented", words("abc(){};", 12, "\n        ", "\n\t\t", "  ", " "));
    texts.put("JSON", words(LATIN + "0123456789", 6, "\",\"", "\":", "},{", "\":[", " "));
    texts.put("Cyrillic", words("абвгдежзиклмнопрстуя", 9, " ", " ", " — ", ".\n"));
    texts.put("accents apart", words("ae\u0301o\u0308n\u0303", 7, " ", "\n"));
    texts.put("emoji", words("😀👩\u200d💻é漢", 5, " ", "\n", ""));
    texts.put("special tokens", words("abc", 3, " ", "<|endoftext|>", "zebra crossing", "</s>"));
    return texts;
  }

  /** Texts without words of any kind, or without any end of them. */
  private static Map<String, String> harsh() {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("Chinese", words("的一是在不了有和人这中大为上个国我以要他", 30, "，", "。", "、"));
    texts.put("Thai", words("กขคงจชซญดตถทธนบปผฝพฟภมยรลวสหอ", 200, "", " "));
    texts.put("bases", made(random -> "ACGT".charAt(random.nextInt(4))));
    texts.put("base64", made(random -> LATIN.charAt(random.nextInt(20)) ^ random.nextInt(8)));
    texts.put("digits", made(random -> '0' + random.nextInt(10)));
    texts.put("one letter", repeated("a"));
    texts.put("spaces", repeated(" "));
    texts.put("blank lines", repeated("\r\n"));
    texts.put("zeros", repeated("0"));
    texts.put("controls", made(random -> random.nextInt(32)));
    texts.put("anything", made(random -> random.nextInt(0xd800)));
    texts.put("lone surrogates", made(random -> random.nextInt(0x10000)));
    return texts;
  }

  private static final String[] TOKENIZERS = {
    "bytes",
    "gpt2",
    "bytelevel",
    "bytelevel with a space before",
    "bytelevel without words",
    "bytelevel with digits by three",
    "wordpiece",
    "unigram",
    "unigram without words",
    "bytefallback"
  };

  @TestFactory
  Stream<DynamicTest> idsOfPiecesAreThoseOfTheWhole() {
    return tests(plain(), true);
  }

  @TestFactory
  Stream<DynamicTest> idsOfPiecesAreThoseOfTheWholeOrTheCutIsCounted() {
    return tests(harsh(), false);
  }

  private static Stream<DynamicTest> tests(Map<String, String> texts, boolean neverCut) {
    return Stream.of(TOKENIZERS)
        .flatMap(
            name ->
                texts.keySet().stream()
                    .map(
                        text ->
                            DynamicTest.dynamicTest(
                                name + ", " + text, () -> check(name, texts.get(text), neverCut))));
  }

  private static void check(String name, String text, boolean neverCut) throws IOException {
    try (Case tested = open(name)) {
      PiecewiseEncoder.Encoded found = PiecewiseEncoder.encode(tested.tokenizer(), text);
      if (neverCut) {
        assertThat(found.cuts()).isZero();
      }
      if (found.cuts() == 0) {
        assertThat(found.ids()).isEqualTo(tested.whole().apply(text));
      }
      int bytes = text.getBytes(StandardCharsets.UTF_8).length; // a lone surrogate is 1, not 3
      long lone = text.codePoints().filter(c -> c >= 0xd800 && c < 0xe000).count();
      assertThat(IntStream.of(found.bytes()).asLongStream().sum()).isIn(bytes + 2 * lone, 0L);
    }
  }

  @Test
  void everyTokenHasTheBytesOfTheTextThatItStandsFor() throws IOException {
    try (Case tested = open("wordpiece")) {
      PiecewiseEncoder.Encoded found =
          PiecewiseEncoder.encode(tested.tokenizer(), "The  STATE\r\n漢 of\n");
      int[] bytes = found.bytes();
      assertThat(Arrays.stream(bytes).sum()).isEqualTo(3 + 2 + 5 + 2 + 3 + 1 + 2 + 1);
      assertThat(bytes[0]).isEqualTo(3);
      assertThat(bytes[1]).as("with the spaces before it").isEqualTo(7);
      assertThat(bytes[2]).as("unknown, with the line end before it").isEqualTo(5);
      assertThat(bytes[bytes.length - 1]).as("with the line end after it").isEqualTo(4);
    }
  }
}
