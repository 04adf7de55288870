package io.github.gss4j.tokenizer.json;

import io.github.gss4j.fuzz.FuzzKind;
import io.github.gss4j.tokenizer.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code tokenizer.json} of every model, and what lies beside it. */
public final class TokenizerKind implements FuzzKind {
  private static final String TEXT =
      "The zebra crossing, naïve 世界 \ud83d\ude00\r\n\t  don't 12345 <s>";

  @Override
  public String name() {
    return "tokenizers";
  }

  @Override
  public List<Path> prepare(Path home) throws IOException {
    List<Path> targets = new ArrayList<>();
    for (String model : List.of("bytelevel", "bytefallback", "unigram", "wordpiece")) {
      Path directory = Files.createDirectory(home.resolve(model));
      Files.copy(Golden.path(model + "/tokenizer.json"), directory.resolve("tokenizer.json"));
      Files.writeString(
          directory.resolve("tokenizer_config.json"),
          "{\"eos_token\":{\"content\":\"</s>\"},\"tokenizer_class\":\"A\","
              + "\"added_tokens_decoder\":{\"900\":{\"content\":\"</s>\",\"special\":true}}}");
      Files.writeString(
          directory.resolve("special_tokens_map.json"),
          "{\"eos_token\":\"</s>\",\"pad_token\":\"x\"}");
      targets.add(directory);
    }
    return targets;
  }

  @Override
  public void read(Path target) throws IOException {
    try (JsonTokenizer tokenizer = JsonTokenizer.open(target.resolve("tokenizer.json"))) {
      int[] ids = tokenizer.encode(TEXT);
      tokenizer.locate(TEXT);
      tokenizer.decode(ids);
      for (int id : ids) {
        tokenizer.decode(id);
      }
      tokenizer.fingerprint();
    }
  }

  /** What the library holds of a vocabulary, twice, and what is parsed of it. */
  @Override
  public long besidesBytes() {
    return 16L << 20;
  }
}
