package io.github.gss4j.cli;

import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.generation.Generated;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.Sampling;
import io.github.gss4j.generation.TextGenerator;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.tokenizer.Tokenizer;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gss generate}. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Writes on from a prompt. The cost of a token does not grow with the text.")
final class GenerateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ModelOptions model;

  @ArgGroup(exclusive = true, multiplicity = "1")
  private Prompt prompt;

  private static final class Prompt {
    @Option(
        names = "--prompt",
        paramLabel = "TEXT",
        description = "a text to go on from; again for a batch")
    private List<String> texts = new ArrayList<>();

    @Option(
        names = "--prompt-ids",
        paramLabel = "1,2,3",
        description = "token ids to go on from; again for a batch")
    private List<String> ids = new ArrayList<>();
  }

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
      description = "above 1 keeps from repeating tokens")
  private double repetitionPenalty;

  @Option(names = "--seed", defaultValue = "0", description = "the same seed gives the same tokens")
  private long seed;

  @Option(names = "--end-token", paramLabel = "ID", description = "stop at this token")
  private Integer endToken;

  @Option(names = "--ignore-end", description = "write on after the tokenizer's end-of-text token")
  private boolean ignoreEnd;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "stop at this text; may be given again")
  private List<String> stop = List.of();

  @Option(
      names = "--ids",
      description = "print the new token ids alone, comma-separated, a line a prompt")
  private boolean ids;

  @Override
  public Integer call() {
    StoredModel stored = model.open();
    long start = System.nanoTime();
    try (LanguageModel loaded = model.load(stored);
        Tokenizer tokenizer = Models.tokenizer(stored);
        TextGenerator generator = new TextGenerator(loaded, tokenizer)) {
      double loadSeconds = (System.nanoTime() - start) / 1e9;
      List<int[]> prompts = prompts(tokenizer);
      write(generator, tokenizer, prompts, options(stored, tokenizer), loadSeconds);
    }
    return Gss.OK;
  }

  private List<int[]> prompts(Tokenizer tokenizer) {
    if (!prompt.ids.isEmpty()) {
      return prompt.ids.stream().map(GenerateCommand::parseIds).toList();
    }
    if (tokenizer == null) {
      throw new IllegalArgumentException(
          "the model names no tokenizer: give --prompt-ids instead of --prompt");
    }
    return prompt.texts.stream().map(text -> encode(tokenizer, text)).toList();
  }

  /** The ids of a prompt; an empty one is the start of a text where there is a token for it. */
  private static int[] encode(Tokenizer tokenizer, String text) {
    return text.isEmpty() && tokenizer.endOfText().isPresent()
        ? new int[] {tokenizer.endOfText().getAsInt()}
        : tokenizer.encode(text);
  }

  private static int[] parseIds(String list) {
    try {
      return Arrays.stream(list.split(",", -1))
          .mapToInt(s -> Integer.parseInt(s.strip()))
          .toArray();
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "--prompt-ids is '" + list + "', expected whole numbers with commas between", e);
    }
  }

  private GenerationOptions options(StoredModel stored, Tokenizer tokenizer) {
    int numTokens = stored.config().numTokens();
    if (endToken != null && (endToken < 0 || endToken >= numTokens)) {
      throw new IllegalArgumentException(
          "end-token is " + endToken + ", expected 0 to " + (numTokens - 1));
    }
    Sampling sampling =
        greedy
            ? Sampling.greedy().withRepetitionPenalty(repetitionPenalty)
            : new Sampling(repetitionPenalty, temperature, k(numTokens), topP, minP, seed);
    return new GenerationOptions(maxNewTokens, sampling, end(tokenizer), stop);
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

  private void write(
      TextGenerator generator,
      Tokenizer tokenizer,
      List<int[]> prompts,
      GenerationOptions options,
      double loadSeconds) {
    PrintWriter stdout = spec.commandLine().getOut();
    boolean stream = !ids && tokenizer != null && prompts.size() == 1;
    if (stream) {
      stdout.print(shown(tokenizer, prompts.get(0)));
      stdout.flush();
    }
    Speed speed = new Speed();
    List<Generated> all =
        generator.generate(
            prompts,
            options,
            (sequence, id, text) -> {
              speed.token();
              if (stream) {
                stdout.print(text);
                stdout.flush();
              }
            });
    speed.end();
    if (stream) {
      stdout.println();
    } else {
      for (int i = 0; i < all.size(); i++) {
        stdout.println(
            ids || tokenizer == null
                ? all.get(i).ids().stream().map(String::valueOf).collect(Collectors.joining(","))
                : shown(tokenizer, prompts.get(i)) + all.get(i).text());
      }
    }
    stdout.flush();
    int read = prompts.stream().mapToInt(p -> p.length).sum();
    int written = all.stream().mapToInt(g -> g.ids().size()).sum();
    spec.commandLine().getErr().println(speed.text(loadSeconds, read, written));
    spec.commandLine().getErr().flush();
  }

  /** A prompt as text, without the token that stands before a text. */
  private static String shown(Tokenizer tokenizer, int[] prompt) {
    boolean start =
        tokenizer.endOfText().isPresent() && prompt[0] == tokenizer.endOfText().getAsInt();
    return tokenizer.decode(start ? Arrays.copyOfRange(prompt, 1, prompt.length) : prompt);
  }
}
