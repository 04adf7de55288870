package io.github.gss4j.tokenizer.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.tokenizer.Golden;
import io.github.gss4j.tokenizer.TokenizerException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are broken or meant to break: each ends in one clear line, and the process lives. */
class HostileTokenizerFileTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path directory;

  private void assertRefused(String json, String expected) throws IOException {
    Path file = Files.writeString(directory.resolve("tokenizer.json"), json);
    assertThatThrownBy(() -> JsonTokenizer.open(file))
        .isInstanceOf(TokenizerException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(expected)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n").hasSizeLessThan(600));
  }

  private static String sound() throws IOException {
    return Files.readString(Golden.path("bytelevel/tokenizer.json"));
  }

  static Stream<String> notJson() throws IOException {
    return Stream.of(
        "hello",
        "[",
        "{\"a\": 1} {",
        "{\"model\": 1, \"model\": 2}",
        "[".repeat(200_000),
        "{\"model\":".repeat(100_000) + "1" + "}".repeat(100_000),
        sound().substring(0, sound().length() / 2));
  }

  @ParameterizedTest
  @MethodSource("notJson")
  void whatIsNotJsonIsCalledSo(String text) throws IOException {
    assertRefused(text, "is not JSON");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "[]", "5", "{}", "{\"model\": []}", "{\"model\": {}}"})
  void otherJsonIsCalledNoTokenizer(String text) throws IOException {
    assertRefused(text, "is not a tokenizer.json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "4294967295", "1099511627776", "1.5", "\"7\"", "null", "80000"})
  void idOutOfRangeIsNamed(String id) throws IOException {
    ObjectNode root = (ObjectNode) JSON.readTree(sound());
    ((ObjectNode) root.at("/model/vocab")).set("zzz", JSON.readTree(id));
    assertRefused(root.toString(), "token 'zzz' has id " + id + ", expected 0 to 75");
  }

  @Test
  void twoTokensOfOneIdAreNamed() throws IOException {
    ObjectNode root = (ObjectNode) JSON.readTree(sound());
    ((ObjectNode) root.at("/model/vocab")).put("zzz", 1);
    assertRefused(root.toString(), "tokens '!' and 'zzz' both have id 1");
  }

  @Test
  void addedTokenThatTheLibraryWouldNumberOtherwiseIsNamed() throws IOException {
    ObjectNode root = (ObjectNode) JSON.readTree(sound());
    ((ObjectNode) root.at("/added_tokens/1")).put("id", 4000);
    assertRefused(root.toString(), "'zebra crossing' has id 4000, but encodes as [600]");
  }

  /** Each of these ended the process before the guard stood. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/pre_tokenizer | {'type':'FixedLength','length':0} | pre_tokenizer.length is 0",
        "/normalizer | {'type':'Prepend','prepend':''} | normalizer.prepend is \"\"",
        "/normalizer | {'type':'Replace','pattern':{'String':''},'content':'x'} | never matches",
        "/normalizer | {'type':'Replace','pattern':{'Regex':'x*'},'content':'x'} | never matches",
        "/normalizer | {'type':'Replace','pattern':{'Regex':'^'},'content':'x'} | never matches",
        "/normalizer | {'type':'Replace','pattern':{'Regex':'(?=l)'},'content':'x'} | never"
            + " matches",
        "/normalizer | {'type':'Replace','pattern':{'Regex':'a{2}?'},'content':'x'} | never"
            + " matches",
        "/normalizer | {'type':'Sequence','normalizers':[['']]} | expected an object",
        "/normalizer | {'type':'Precompiled'} | a valid table",
        "/normalizer | {'type':'Precompiled','precompiled_charsmap':null} | a valid table",
        "/normalizer | {'type':'Precompiled','precompiled_charsmap':''} | a valid table",
        "/normalizer | {'type':'Precompiled','precompiled_charsmap':'AAAAAA=='} | a valid table",
        "/normalizer | {'type':'Precompiled','precompiled_charsmap':'/////2FiY2Q='} | a valid"
            + " table",
        "/normalizer | {'type':'Precompiled','precompiled_charsmap':'CAAAAGFiY2RlZmdoaWo='} |"
            + " a valid table",
        "/decoder | {'type':'Strip','content':'a','start':0,'stop':1} | decoder.stop is 1",
        "/model/continuing_subword_prefix | '####' | right half that begins with ####",
        "/model/continuing_subword_prefix | 'é' | right half that begins with é",
      })
  void whatTheLibraryWouldDieOfIsRefused(String at, String value, String expected)
      throws IOException {
    ObjectNode root = (ObjectNode) JSON.readTree(sound());
    int slash = at.lastIndexOf('/');
    ((ObjectNode) root.at(at.substring(0, slash)))
        .set(at.substring(slash + 1), JSON.readTree(value.replace('\'', '"')));
    assertRefused(root.toString(), expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e999", "-1e999", "{\"a\": [1e400]}"})
  void numberThatTheLibraryWouldDieOfIsRefused(String number) throws IOException {
    ObjectNode root = (ObjectNode) JSON.readTree(sound());
    root.set("decoder", JSON.readTree("{\"type\": \"ByteFallback\", \"x\": \"NUMBER\"}"));
    assertRefused(
        root.toString().replace("\"NUMBER\"", number), "expected a number that a double can hold");
  }

  @Test
  void addedTokenThatNormalizesToNothingIsRefused() throws IOException {
    ObjectNode root = (ObjectNode) JSON.readTree(sound());
    root.set(
        "normalizer",
        JSON.readTree("{\"type\": \"Strip\", \"strip_left\": true, \"strip_right\": true}"));
    ((ObjectNode) root.at("/added_tokens/1")).put("content", "  ");
    assertRefused(root.toString(), "added token 600 is empty once normalized");
  }

  @Test
  void whatTheLibraryRefusesIsPassedOnWithTheFile() throws IOException {
    ObjectNode root = (ObjectNode) JSON.readTree(sound());
    ((ObjectNode) root.get("model")).put("dropout", 7);
    assertRefused(root.toString(), "Dropout should be between 0 and 1");
  }

  @Test
  void soundReplacementsPass() throws IOException {
    for (String regex : new String[] {" {2,}", "\\s+", "[^a-z]", "^ +", "\\n$", "(a|bc)+"}) {
      ObjectNode root = (ObjectNode) JSON.readTree(sound());
      ObjectNode normalizer = root.putObject("normalizer");
      normalizer
          .put("type", "Replace")
          .put("content", "_")
          .putObject("pattern")
          .put("Regex", regex);
      Path file = Files.writeString(directory.resolve("tokenizer.json"), root.toString());
      try (JsonTokenizer tokenizer = JsonTokenizer.open(file)) {
        assertThat(tokenizer.encode("a  bc\n")).as(regex).isNotEmpty();
      }
    }
  }

  @Test
  void notUtf8AndNoFileAreCalledSo() throws IOException {
    Path file = Files.write(directory.resolve("tokenizer.json"), new byte[] {'{', (byte) 0xff});
    assertThatThrownBy(() -> JsonTokenizer.open(file)).hasMessageContaining("is not UTF-8");
    assertThatThrownBy(() -> JsonTokenizer.open(directory.resolve("none.json")))
        .isInstanceOf(TokenizerException.class)
        .hasMessageEndingWith("none.json: no such file");
  }

  @Test
  void pointerOfGitLfsIsNamed() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("tokenizer.json"),
            "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
    assertThatThrownBy(() -> JsonTokenizer.open(file))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("is a Git LFS pointer")
        .hasMessageContaining("run git lfs pull");
  }

  @Test
  void textOutsideTheVocabularyWithoutUnknownTokenIsRefused() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("tokenizer.json"),
            "{\"version\": \"1.0\", \"model\": {\"type\": \"Unigram\", \"vocab\": [[\"a\","
                + " 0.0]]}}");
    try (JsonTokenizer tokenizer = JsonTokenizer.open(file)) {
      assertThat(tokenizer.encode("aa")).containsExactly(0, 0);
      assertThatThrownBy(() -> tokenizer.encode("ab"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("cannot encode a text");
    }
  }

  @Test
  void missingLibraryIsNamed() throws Exception {
    URL[] classes = {JsonTokenizer.class.getProtectionDomain().getCodeSource().getLocation()};
    try (URLClassLoader without = new WithoutLibrary(classes)) {
      var open =
          without
              .loadClass("io.github.gss4j.tokenizer.json.JsonTokenizer")
              .getMethod("open", Path.class);
      assertThatThrownBy(() -> open.invoke(null, Golden.path("bytelevel/tokenizer.json")))
          .rootCause()
          .isInstanceOf(ClassNotFoundException.class);
      assertThatThrownBy(() -> open.invoke(null, Golden.path("bytelevel/tokenizer.json")))
          .cause()
          .hasMessageContaining("needs the library ai.djl.huggingface:tokenizers")
          .hasMessageContaining("add it to the program's dependencies");
    }
  }

  /** Loads the tokenizers anew and hides the native library from them. */
  private static final class WithoutLibrary extends URLClassLoader {
    WithoutLibrary(URL[] classes) {
      super(classes, HostileTokenizerFileTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith("ai.djl.")) {
        throw new ClassNotFoundException(name);
      }
      if (name.startsWith("io.github.gss4j.tokenizer.json.")) {
        Class<?> loaded = findLoadedClass(name);
        return loaded != null ? loaded : findClass(name);
      }
      return super.loadClass(name, resolve);
    }
  }
}
