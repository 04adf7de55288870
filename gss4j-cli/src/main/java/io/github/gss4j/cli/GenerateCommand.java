package io.github.gss4j.cli;

import io.github.gss4j.checkpoint.StateFile;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.generation.Generated;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.generation.TextGenerator;
import io.github.gss4j.model.LanguageModel;
import io.github.gss4j.model.ModelState;
import io.github.gss4j.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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

  @ArgGroup(exclusive = true, multiplicity = "0..1")
  private Prompt prompt = new Prompt();

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

  @Mixin private SamplingOptions sampling;

  @Option(
      names = "--load-state",
      paramLabel = "FILE",
      description = "go on from a saved state; the prompt is read after it and may be left out")
  private Path loadState;

  @Option(
      names = "--save-state",
      paramLabel = "FILE",
      description = "keep what the model remembers at the end, to go on from later")
  private Path saveState;

  @Option(
      names = "--ids",
      description = "print the new token ids alone, comma-separated, a line a prompt")
  private boolean ids;

  @Override
  public Integer call() throws IOException {
    StoredModel stored = model.open();
    long start = System.nanoTime();
    try (LanguageModel loaded = model.load(stored);
        Tokenizer tokenizer = Models.tokenizer(stored);
        TextGenerator generator = new TextGenerator(loaded, tokenizer)) {
      double loadSeconds = (System.nanoTime() - start) / 1e9;
      List<int[]> prompts = prompts(tokenizer);
      GenerationOptions options = sampling.options(stored.config().numTokens(), tokenizer);
      write(new Writer(loaded, generator, options), tokenizer, prompts, loadSeconds);
    }
    return Gss.OK;
  }

  private List<int[]> prompts(Tokenizer tokenizer) {
    if (prompt.ids.isEmpty() && prompt.texts.isEmpty()) {
      if (loadState == null) {
        throw new ParameterException(
            spec.commandLine(), "what to go on from? Give --prompt, --prompt-ids or --load-state");
      }
      return List.of(new int[0]);
    }
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

  /** Writes on from prompts, or from one prompt after a kept state. */
  private final class Writer {
    private final LanguageModel loaded;
    private final TextGenerator generator;
    private final GenerationOptions options;

    Writer(LanguageModel loaded, TextGenerator generator, GenerationOptions options) {
      this.loaded = loaded;
      this.generator = generator;
      this.options = options;
    }

    List<Generated> write(List<int[]> prompts, TextGenerator.Listener listener) throws IOException {
      if (loadState == null && saveState == null) {
        return generator.generate(prompts, options, listener);
      }
      if (prompts.size() > 1) {
        throw new IllegalArgumentException("a state is of one text: give one prompt");
      }
      ModelState from =
          loadState == null ? generator.initialState() : StateFile.load(loadState, loaded);
      TextGenerator.Continued continued =
          generator.continueFrom(from, prompts.get(0), options, listener);
      from.release();
      if (saveState != null) {
        StateFile.save(continued.state(), loaded, saveState);
      }
      continued.state().release();
      return List.of(continued.generated());
    }
  }

  private void write(Writer writer, Tokenizer tokenizer, List<int[]> prompts, double loadSeconds)
      throws IOException {
    PrintWriter stdout = spec.commandLine().getOut();
    boolean stream = !ids && tokenizer != null && prompts.size() == 1;
    if (stream) {
      stdout.print(shown(tokenizer, prompts.get(0)));
      stdout.flush();
    }
    Speed speed = new Speed();
    List<Generated> all =
        writer.write(
            prompts,
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
        prompt.length > 0
            && tokenizer.endOfText().isPresent()
            && prompt[0] == tokenizer.endOfText().getAsInt();
    return tokenizer.decode(start ? Arrays.copyOfRange(prompt, 1, prompt.length) : prompt);
  }
}
