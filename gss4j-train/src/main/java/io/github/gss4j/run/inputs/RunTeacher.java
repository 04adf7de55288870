package io.github.gss4j.run.inputs;

import io.github.gss4j.checkpoint.StoredModel;
import io.github.gss4j.config.Checks;
import io.github.gss4j.config.training.ObjectiveConfig;
import io.github.gss4j.config.training.TrainConfig;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.loss.Alternating;
import io.github.gss4j.loss.CrossEntropy;
import io.github.gss4j.loss.Distillation;
import io.github.gss4j.loss.FullTargets;
import io.github.gss4j.loss.Objective;
import io.github.gss4j.loss.Teacher;
import io.github.gss4j.loss.TeacherTargets;
import io.github.gss4j.loss.TopKTargets;
import io.github.gss4j.ops.Tensors;
import io.github.gss4j.tokenizer.Tokenizer;
import io.github.gss4j.tokenizer.TokenizerException;
import io.github.gss4j.tokenizer.Vocabulary;
import io.github.gss4j.weights.PretrainedModel;
import io.github.gss4j.weights.StoredGpt2;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** The objective of a run, with its teacher and cache. */
public final class RunTeacher implements AutoCloseable {
  /** The most ids without a token that a teacher has where nothing says what its tokens are. */
  private static final int MOST_PADDING = 1023;

  private final Deque<Runnable> closers = new ArrayDeque<>();
  private final Objective objective;

  private RunTeacher() {
    this.objective = Objective.crossEntropy();
  }

  private RunTeacher(TrainConfig run, Path model, Tokenizer tokenizer) {
    try {
      this.objective = objective(run, model, tokenizer);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * No teacher: cross entropy.
   *
   * @throws IllegalArgumentException if the configuration names a teacher or asks for one
   */
  public static RunTeacher none(TrainConfig run) {
    ObjectiveConfig config = run.objective();
    Checks.that(!config.isTaught(), "objective", config.objective(), "a teacher with it");
    Checks.that(
        config.teacher().isEmpty(),
        "teacher",
        "'" + config.teacher() + "'",
        "none: objective is " + CrossEntropy.NAME + ", which needs no teacher");
    Checks.that(
        config.teacherCache().isEmpty(),
        "teacher_cache",
        "'" + config.teacherCache() + "'",
        "none: objective is " + CrossEntropy.NAME + ", which needs no teacher");
    return new RunTeacher();
  }

  /** The objective of a run, with the teacher that its configuration names, if any. */
  static RunTeacher of(TrainConfig run, Tokenizer tokenizer, RunContext context) {
    String model = run.objective().teacher();
    if (model.isEmpty()) {
      return none(run);
    }
    Checks.that(
        context.distribution().group().worldSize() == 1 || run.objective().teacherCache().isEmpty(),
        "teacher_cache",
        "'" + run.objective().teacherCache() + "'",
        "none where several ranks train, as they would all write it");
    return open(run, context.locate(model), tokenizer);
  }

  /**
   * Loads the teacher that a run's configuration names.
   *
   * @param model its path: a GPT-2, recognised by its {@code config.json}, or a model of ours
   * @param tokenizer of the run, which the teacher must share
   * @throws IllegalArgumentException if it does not fit the model that is to be trained
   * @throws TokenizerException if its directory says that its tokens are others
   */
  public static RunTeacher open(TrainConfig run, Path model, Tokenizer tokenizer) {
    Checks.that(
        run.objective().isTaught(),
        "objective",
        run.objective().objective(),
        "distillation or alternating beside a teacher");
    return new RunTeacher(run, model, tokenizer);
  }

  private Objective objective(TrainConfig run, Path model, Tokenizer tokenizer) {
    ObjectiveConfig config = run.objective();
    Teacher whole = teacher(run, model, tokenizer);
    Teacher teacher = whole.ofFirst(Math.min(whole.vocabulary(), run.model().numTokens()));
    Distillation distillation = new Distillation(targets(config, teacher), config.distillWeight());
    return config.objective().equals(Distillation.NAME)
        ? distillation
        : new Alternating(new CrossEntropy(), distillation, config.every());
  }

  private Teacher teacher(TrainConfig run, Path path, Tokenizer tokenizer) {
    Precision precision = Precision.forInference(run.objective().teacherDtype());
    var device = Tensors.device(run.compute().device());
    if (StoredGpt2.isGpt2(path)) {
      StoredGpt2 stored = StoredGpt2.open(path);
      checkTokens(run, stored.config().numTokens(), stored.directory(), "", tokenizer);
      checkLength(run, stored.config().positions());
      var model = stored.load(precision, device);
      closers.push(model::close);
      return Teacher.of(model);
    }
    var stored = StoredModel.open(path);
    int longest = stored.config().maxSeqLen().orElse(Integer.MAX_VALUE);
    String named = stored.config().tokenizer();
    checkTokens(run, stored.config().numTokens(), stored.directory(), named, tokenizer);
    checkLength(run, longest);
    var model = PretrainedModel.load(stored, precision, device);
    closers.push(model::close);
    return Teacher.of(model);
  }

  private static void checkLength(TrainConfig run, int positions) {
    Checks.that(
        run.batch().seqLen() <= positions,
        "seq_len",
        run.batch().seqLen(),
        "at most " + positions + ", the teacher's longest sequence");
  }

  /** Either may have more ids than the tokenizer has tokens. */
  private static void checkTokens(
      TrainConfig run, int teachers, Path directory, String nameInConfig, Tokenizer tokenizer) {
    Optional<Vocabulary> known = Vocabulary.ofModel(directory, nameInConfig);
    int ours = run.model().numTokens();
    int most = known.isPresent() ? Integer.MAX_VALUE : tokenizer.size() + MOST_PADDING;
    Checks.that(
        teachers == ours || (teachers >= tokenizer.size() && teachers <= most),
        "num_tokens",
        ours,
        teachers + ", as many as the teacher has: the two must share their tokenizer");
    known.ifPresent(vocabulary -> vocabulary.requireSame(tokenizer));
  }

  private TeacherTargets targets(ObjectiveConfig config, Teacher teacher) {
    if (config.teacherCache().isEmpty()) {
      return new FullTargets(teacher, config.temperature());
    }
    TopKTargets top =
        TopKTargets.open(
            teacher, config.temperature(), config.teacherTopK(), Path.of(config.teacherCache()));
    closers.push(top::close);
    return top;
  }

  /** What the run is trained on; not to be used after {@link #close()}. */
  public Objective objective() {
    return objective;
  }

  /** Frees the teacher. */
  @Override
  public void close() {
    while (!closers.isEmpty()) {
      closers.pop().run();
    }
  }
}
