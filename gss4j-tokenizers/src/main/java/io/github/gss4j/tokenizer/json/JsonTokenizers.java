package io.github.gss4j.tokenizer.json;

import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.tokenizer.TokenizerJson;
import java.nio.file.Path;

/** Opens {@code tokenizer.json} files with {@link JsonTokenizer}. */
public final class JsonTokenizers implements TokenizerJson {
  @Override
  public Tokenizer open(Path file, int mostIds) {
    return JsonTokenizer.open(file, mostIds);
  }
}
