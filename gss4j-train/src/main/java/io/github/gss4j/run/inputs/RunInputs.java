package io.github.gss4j.run.inputs;

import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.data.TrainingText;
import io.github.gss4j.distributed.ProcessGroup;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.tokenizer.TokenizerJson;
import io.github.gss4j.tokenizer.Tokenizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * What a run reads, as its configuration names it: the text, the tokenizer that cuts it, a teacher.
 *
 * @param owned is closed with it
 */
public record RunInputs(
    TrainingText text, Tokenizer tokenizer, RunTeacher teacher, Deque<Runnable> owned)
    implements AutoCloseable {
  /** Resources that the caller opened and closes. */
  public static RunInputs of(TrainingText text, Tokenizer tokenizer, RunTeacher teacher) {
    return new RunInputs(text, tokenizer, teacher, new ArrayDeque<>());
  }

  /**
   * Opens them.
   *
   * @param resumed the directory of a resumed run: it keeps a copy of its tokenizer
   */
  public static RunInputs open(TrainConfig config, RunContext context, Optional<Path> resumed)
      throws IOException {
    Deque<Runnable> owned = new ArrayDeque<>();
    try {
      String spec = tokenizerSpec(config.tokenizerSpec(), resumed);
      Tokenizer tokenizer =
          context.texts().tokenizer(spec, config.model().numTokens(), config.data());
      owned.push(tokenizer::close);
      RunTeacher teacher = RunTeacher.of(config, tokenizer, context);
      owned.push(teacher::close);
      TrainingText text = text(config, tokenizer, context);
      owned.push(text::close);
      return new RunInputs(text, tokenizer, teacher, owned);
    } catch (IOException | RuntimeException e) {
      owned.forEach(Runnable::run);
      throw e;
    }
  }

  /**
   * The copy that a run keeps of a {@code tokenizer.json}, where it has one; else as it is named.
   */
  static String tokenizerSpec(String named, Optional<Path> resumed) {
    return resumed
        .filter(run -> Tokenizers.isFile(named))
        .map(run -> run.resolve(TokenizerJson.NAME))
        .filter(Files::exists)
        .map(Path::toString)
        .orElse(named);
  }

  /** The first rank opens the text before the others: what is encoded once is then found by all. */
  private static TrainingText text(TrainConfig config, Tokenizer tokenizer, RunContext context)
      throws IOException {
    ProcessGroup group = context.distribution().group();
    if (!group.isFirst()) {
      group.barrier();
    }
    TrainingText text = context.texts().open(config.data(), tokenizer);
    if (group.isFirst()) {
      group.barrier();
    }
    return text;
  }

  @Override
  public void close() {
    owned.forEach(Runnable::run);
    owned.clear();
  }
}
