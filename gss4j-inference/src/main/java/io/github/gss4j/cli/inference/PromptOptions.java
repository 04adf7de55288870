package io.github.gss4j.cli.inference;

import io.github.gss4j.cli.options.AttachedText;
import io.github.gss4j.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Option;

/** What to continue: texts or token ids, one or a batch. */
final class PromptOptions {
  @Option(
      names = "--prompt",
      preprocessor = AttachedText.class,
      converter = AttachedText.class,
      paramLabel = "TEXT",
      description = "a text to continue; repeat for a batch")
  private List<String> texts = new ArrayList<>();

  @Option(
      names = "--prompt-ids",
      paramLabel = "1,2,3",
      description = "token ids to continue; repeat for a batch")
  private List<String> ids = new ArrayList<>();

  /** Whether there is none. */
  boolean isEmpty() {
    return ids.isEmpty() && texts.isEmpty();
  }

  /**
   * The prompts as ids.
   *
   * @param tokenizer null where the model names none
   * @param numTokens how many ids the model knows
   */
  List<int[]> ids(Tokenizer tokenizer, int numTokens) {
    if (!ids.isEmpty()) {
      return ids.stream().map(list -> parse(list, numTokens)).toList();
    }
    if (tokenizer == null) {
      throw new IllegalArgumentException(
          "the model names no tokenizer: give --prompt-ids instead of --prompt");
    }
    return texts.stream().map(text -> encode(tokenizer, text)).toList();
  }

  /** The ids of a prompt; an empty one is the start of a text where there is a token for it. */
  private static int[] encode(Tokenizer tokenizer, String text) {
    return text.isEmpty() && tokenizer.endOfText().isPresent()
        ? new int[] {tokenizer.endOfText().getAsInt()}
        : tokenizer.encode(text);
  }

  private static int[] parse(String list, int numTokens) {
    try {
      int[] parsed =
          Arrays.stream(list.split(",", -1)).mapToInt(s -> Integer.parseInt(s.strip())).toArray();
      for (int id : parsed) {
        if (id < 0 || id >= numTokens) {
          throw new IllegalArgumentException(
              "prompt id " + id + " is out of range, expected 0 to " + (numTokens - 1));
        }
      }
      return parsed;
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "--prompt-ids is '" + list + "', expected whole numbers with commas between", e);
    }
  }

  /** A prompt as text, without the token that stands before a text. */
  static String shown(Tokenizer tokenizer, int[] prompt) {
    boolean start =
        prompt.length > 0
            && tokenizer.endOfText().isPresent()
            && prompt[0] == tokenizer.endOfText().getAsInt();
    return tokenizer.decode(start ? Arrays.copyOfRange(prompt, 1, prompt.length) : prompt);
  }
}
