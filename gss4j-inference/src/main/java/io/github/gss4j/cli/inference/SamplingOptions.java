package io.github.gss4j.cli.inference;

import io.github.gss4j.cli.options.AttachedText;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Sampling;
import io.github.gss4j.tokenizer.Tokenizer;
import java.util.List;
import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** How tokens are chosen, and when a text ends. */
final class SamplingOptions {
  @Option(
      names = "--max-new-tokens",
      defaultValue = "400",
      paramLabel = "N",
      description = "at most this many tokens (default 400); 0 only reads the prompt")
  private int maxNewTokens;

  @Option(names = "--greedy", description = "always the likeliest token")
  private boolean greedy;

  @Option(
      names = "--temperature",
      defaultValue = "1",
      paramLabel = "T",
      description = "logits are divided by it (default 1)")
  private double temperature;

  @Option(
      names = "--top-k",
      defaultValue = "0",
      paramLabel = "K",
      description = "only the K likeliest tokens")
  private int topK;

  @Option(
      names = "--filter-thres",
      paramLabel = "SHARE",
      description = "as --top-k: the share of the vocabulary left out")
  private Double filterThres;

  @Option(
      names = "--top-p",
      defaultValue = "1",
      paramLabel = "P",
      description = "only the likeliest tokens that reach probability P")
  private double topP;

  @Option(
      names = "--min-p",
      defaultValue = "0",
      paramLabel = "P",
      description = "only tokens with P of the likeliest one's probability")
  private double minP;

  @Option(
      names = "--repetition-penalty",
      defaultValue = "1",
      paramLabel = "X",
      description = "above 1 discourages repeated tokens")
  private double repetitionPenalty;

  @Option(names = "--seed", defaultValue = "0", description = "the same seed gives the same tokens")
  private long seed;

  @Option(names = "--end-token", paramLabel = "ID", description = "stop at this token")
  private Integer endToken;

  @Option(names = "--ignore-end", description = "continue after the tokenizer's end-of-text token")
  private boolean ignoreEnd;

  @Option(
      names = "--stop",
      preprocessor = AttachedText.class,
      converter = AttachedText.class,
      paramLabel = "TEXT",
      description = "stop at this text; may be given again")
  private List<String> stop = List.of();

  /** The flags as the generator wants them. */
  GenerationOptions options(int numTokens, Tokenizer tokenizer) {
    if (endToken != null && (endToken < 0 || endToken >= numTokens)) {
      throw new IllegalArgumentException(
          "end-token is " + endToken + ", expected 0 to " + (numTokens - 1));
    }
    Sampling sampling =
        greedy
            ? Sampling.greedy()
            : Sampling.seeded(seed)
                .withTemperature(temperature)
                .withTopK(k(numTokens))
                .withTopP(topP)
                .withMinP(minP);
    return GenerationOptions.of(maxNewTokens, sampling.withRepetitionPenalty(repetitionPenalty))
        .withEndToken(end(tokenizer))
        .withStop(stop);
  }

  private OptionalInt end(Tokenizer tokenizer) {
    if (endToken != null && ignoreEnd) {
      throw new IllegalArgumentException("--end-token and --ignore-end exclude each other");
    }
    if (endToken != null) {
      return OptionalInt.of(endToken);
    }
    return ignoreEnd || tokenizer == null ? OptionalInt.empty() : tokenizer.endOfText();
  }

  private int k(int numTokens) {
    if (filterThres == null) {
      return topK;
    }
    if (topK != 0) {
      throw new IllegalArgumentException("--top-k and --filter-thres say the same: give one");
    }
    return Sampling.topKOf(filterThres, numTokens);
  }
}
