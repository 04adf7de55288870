package io.github.gss4j.tokenizer;

import io.github.gss4j.fuzz.FuzzKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;

/** The {@code vocab.json} of a GPT-2. */
public final class VocabularyKind implements FuzzKind {
  @Override
  public String name() {
    return "vocabularies";
  }

  @Override
  public List<Path> prepare(Path home) throws IOException {
    StringBuilder json = new StringBuilder("{");
    for (int letter : new TreeSet<>(ByteAlphabet.characters())) {
      json.append(json.length() == 1 ? "" : ",").append('"');
      json.append(letter == '"' || letter == '\\' ? "\\" : "").append(Character.toString(letter));
      json.append("\":").append(ByteAlphabet.bytes(Character.toString(letter))[0] & 0xff);
    }
    Files.writeString(home.resolve("vocab.json"), json.append('}'));
    return List.of(home);
  }

  @Override
  public void read(Path target) {
    Vocabulary.ofModel(target, "").ifPresent(found -> found.requireSame(new ByteTokenizer()));
  }
}
