package io.github.gss4j.tokenizer;

import io.github.gss4j.files.OneLine;
import java.nio.file.Path;

/** A tokenizer that cannot be used: names the file, what was found and what was expected. */
public final class TokenizerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param file the file or model directory at fault
   * @param problem what was found, what was expected and what to do, in one line
   */
  public TokenizerException(Path file, String problem) {
    super(OneLine.of(file + ": " + problem));
  }

  /** As above, with a cause. */
  public TokenizerException(Path file, String problem, Throwable cause) {
    super(OneLine.of(file + ": " + problem), cause);
  }
}
