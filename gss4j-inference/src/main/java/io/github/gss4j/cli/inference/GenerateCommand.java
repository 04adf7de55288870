package io.github.gss4j.cli.inference;

import io.github.gss4j.GssModel;
import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.cli.options.ModelOptions;
import io.github.gss4j.cli.terminal.ExitCode;
import io.github.gss4j.cli.terminal.Speed;
import io.github.gss4j.generation.Generated;
import io.github.gss4j.generation.GenerationOptions;
import io.github.gss4j.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
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
    description = "Continues a prompt. The cost of a token does not grow with the text.")
public final class GenerateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ModelOptions model;

  @ArgGroup(exclusive = true, multiplicity = "0..1")
  private PromptOptions prompt = new PromptOptions();

  @Mixin private SamplingOptions sampling;

  @Mixin private StateOptions state;

  @Option(
      names = "--ids",
      description = "print the new token ids alone, comma-separated, a line per prompt")
  private boolean ids;

  @Override
  public Integer call() throws IOException {
    StoredModel stored = model.open();
    long start = System.nanoTime();
    try (GssModel loaded = model.load(stored)) {
      Tokenizer tokenizer = loaded.tokenizer().orElse(null);
      double loadSeconds = (System.nanoTime() - start) / 1e9;
      List<int[]> prompts = prompts(tokenizer, stored.config().numTokens());
      GenerationOptions options = sampling.options(stored.config().numTokens(), tokenizer);
      boolean stream = !ids && tokenizer != null && prompts.size() == 1;
      PrintWriter stdout = spec.commandLine().getOut();
      if (stream) {
        stdout.print(PromptOptions.shown(tokenizer, prompts.get(0)));
        stdout.flush();
      }
      Speed speed = new Speed();
      List<Generated> all;
      try {
        all =
            state.generate(
                loaded,
                prompts,
                options,
                (sequence, id, text) -> {
                  speed.token();
                  if (stream) {
                    stdout.print(text);
                    stdout.flush();
                  }
                });
      } catch (IllegalArgumentException e) {
        throw speed.hasBegun() ? new IllegalStateException(e.getMessage(), e) : e;
      }
      speed.end();
      stdout.println(stream ? "" : whole(all, tokenizer, prompts));
      stdout.flush();
      int read = prompts.stream().mapToInt(p -> p.length).sum();
      int written = all.stream().mapToInt(g -> g.ids().size()).sum();
      spec.commandLine().getErr().println(speed.text(loadSeconds, read, written));
      spec.commandLine().getErr().flush();
    }
    return ExitCode.OK;
  }

  private List<int[]> prompts(Tokenizer tokenizer, int numTokens) {
    if (!prompt.isEmpty()) {
      return prompt.ids(tokenizer, numTokens);
    } else if (state.loads()) {
      return List.of(new int[0]);
    }
    throw new ParameterException(
        spec.commandLine(), "nothing to continue: give --prompt, --prompt-ids or --load-state");
  }

  /** What was written, a prompt after the other. */
  private String whole(List<Generated> all, Tokenizer tokenizer, List<int[]> prompts) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < all.size(); i++) {
      text.append(i == 0 ? "" : System.lineSeparator());
      text.append(
          ids || tokenizer == null
              ? all.get(i).ids().stream().map(String::valueOf).collect(Collectors.joining(","))
              : PromptOptions.shown(tokenizer, prompts.get(i)) + all.get(i).text());
    }
    return text.toString();
  }
}
