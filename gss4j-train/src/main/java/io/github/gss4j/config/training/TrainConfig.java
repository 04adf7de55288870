package io.github.gss4j.config.training;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.config.GssConfig;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.config.StateSpaceInit;
import io.github.gss4j.optim.OptimizerConfig;
import io.github.gss4j.optim.Schedule;
import io.github.gss4j.tokenizer.ByteTokenizer;
import io.github.gss4j.tokenizer.TokenizerJson;
import io.github.gss4j.tokenizer.Tokenizers;

/**
 * Everything that decides a training run: with the same one, the same text and the same threads,
 * two runs are the same to the bit.
 *
 * <pre>{@code
 * TrainConfig.recommended().withData("texts/").withSteps(800)
 * }</pre>
 *
 * @param data {@code data, glob, held_out, …}: the text
 * @param model {@code num_tokens, dim, depth, …}
 * @param batch {@code batch, seq_len, …}: what a step reads
 * @param optimizer {@code optimizer, lr, beta1, …}
 * @param schedule {@code steps, warmup, schedule, …}: how long, and the learning rate over it
 * @param objective {@code objective, teacher, …}
 * @param fineTuning {@code start_from, freeze, …}: weights that were learned before
 * @param intervals {@code eval_every, …}: how often to evaluate, save and sample
 * @param longRun {@code keep, max_bad_steps, …}: what makes a run safe to leave alone
 * @param compute {@code dtype, device, …}
 * @param seed {@code seed}, the random seed
 */
public record TrainConfig(
    DataConfig data,
    ModelConfig model,
    BatchConfig batch,
    OptimizerConfig optimizer,
    Schedule schedule,
    ObjectiveConfig objective,
    FineTuning fineTuning,
    IntervalConfig intervals,
    LongRun longRun,
    ComputeConfig compute,
    long seed) {
  /**
   * What a new model is best made of, as far as is known: half of its modes slow, a short
   * convolution, states passed on between sequences, and Muon. In all else {@link #defaults}.
   */
  public static TrainConfig recommended() {
    TrainConfig plain = defaults();
    GssConfig twoScale =
        new GssConfig(64, 128, true)
            .with(StateSpaceInit.TwoScale.of(32), false, false)
            .withShortConv(4);
    return plain
        .with(plain.model().withOptions(twoScale))
        .with(plain.batch().with(StateConfig.NONE.withPassing(32)))
        .with(plain.optimizer().withKind(OptimizerConfig.Kind.MUON));
  }

  /**
   * The published package's start, and AdamW: 4 layers of width 256 (3 million numbers) over bytes,
   * 800 steps; about three minutes on two cores, after which it writes code that reads like Java.
   * It is what a missing key of a file means.
   */
  public static TrainConfig defaults() {
    return new TrainConfig(
        DataConfig.DEFAULT,
        ModelConfig.of(256, 256, 4)
            .withOptions(new GssConfig(64, 128, true))
            .withTokenizer(ByteTokenizer.NAME)
            .withHead(false, true),
        BatchConfig.DEFAULT,
        OptimizerConfig.DEFAULT,
        Schedule.DEFAULT,
        ObjectiveConfig.CROSS_ENTROPY,
        FineTuning.NONE,
        IntervalConfig.DEFAULT,
        LongRun.DEFAULT,
        ComputeConfig.defaults(),
        1);
  }

  /** Tokens of one optimizer step, on one rank. */
  public long tokensPerStep() {
    return batch.tokensPerStep();
  }

  /** A copy with another text: {@code java}, {@code enwik8}, or a file or directory. */
  public TrainConfig withData(String text) {
    return with(data.withData(text));
  }

  /**
   * A copy with another tokenizer, and as many ids in the model as it has tokens.
   *
   * @param spec {@code bytes}, {@code gpt2}, the path of a {@code tokenizer.json}, or {@code
   *     bpe:N}, which the run learns from its text
   * @throws io.github.gss4j.tokenizer.TokenizerException if it is none of them
   */
  public TrainConfig withTokenizer(String spec) {
    boolean file = Tokenizers.isFile(spec);
    return with(data.withTokenizerFile(file ? spec : ""))
        .with(
            model
                .withTokenizer(file ? TokenizerJson.NAME : spec)
                .withNumTokens(Tokenizers.size(spec)));
  }

  /** A copy with another number of optimizer steps. */
  public TrainConfig withSteps(long steps) {
    return with(schedule.withSteps(steps));
  }

  /** A copy with another peak learning rate. */
  public TrainConfig withLr(double peak) {
    return with(optimizer.withLr(peak));
  }

  /** A copy with another seed. */
  public TrainConfig withSeed(long newSeed) {
    return replace(newSeed);
  }

  /** A copy with another data configuration. */
  public TrainConfig with(DataConfig changed) {
    return replace(changed);
  }

  /** A copy with another model configuration. */
  public TrainConfig with(ModelConfig changed) {
    return replace(changed);
  }

  /** A copy with another batch configuration. */
  public TrainConfig with(BatchConfig changed) {
    return replace(changed);
  }

  /** A copy with another optimizer configuration. */
  public TrainConfig with(OptimizerConfig changed) {
    return replace(changed);
  }

  /** A copy with another schedule. */
  public TrainConfig with(Schedule changed) {
    return replace(changed);
  }

  /** A copy with another objective. */
  public TrainConfig with(ObjectiveConfig changed) {
    return replace(changed);
  }

  /** A copy with other fine-tuning settings. */
  public TrainConfig with(FineTuning changed) {
    return replace(changed);
  }

  /** A copy with other intervals. */
  public TrainConfig with(IntervalConfig changed) {
    return replace(changed);
  }

  /** A copy with other settings for long runs. */
  public TrainConfig with(LongRun changed) {
    return replace(changed);
  }

  /** A copy with another compute configuration. */
  public TrainConfig with(ComputeConfig changed) {
    return replace(changed);
  }

  /** A copy with the component of the part's type replaced. */
  private TrainConfig replace(Object part) {
    return new TrainConfig(
        part instanceof DataConfig changed ? changed : data,
        part instanceof ModelConfig changed ? changed : model,
        part instanceof BatchConfig changed ? changed : batch,
        part instanceof OptimizerConfig changed ? changed : optimizer,
        part instanceof Schedule changed ? changed : schedule,
        part instanceof ObjectiveConfig changed ? changed : objective,
        part instanceof FineTuning changed ? changed : fineTuning,
        part instanceof IntervalConfig changed ? changed : intervals,
        part instanceof LongRun changed ? changed : longRun,
        part instanceof ComputeConfig changed ? changed : compute,
        part instanceof Long changed ? changed : seed);
  }

  /** The name of a tokenizer, the path of its file, or {@code bpe:N}. */
  public String tokenizerSpec() {
    return data.tokenizerFile().isEmpty() ? model.tokenizer() : data.tokenizerFile();
  }

  /**
   * Reads a run's configuration; a missing field has its default, an unknown one is an error.
   *
   * @param byDefault what holds where a field is missing
   */
  public static TrainConfig from(JsonFields f, TrainConfig byDefault) {
    ModelConfig model = model(f, byDefault.model);
    TrainConfig config =
        new TrainConfig(
            DataConfig.from(f, byDefault.data),
            model,
            BatchConfig.from(f, byDefault.batchOf(model)),
            OptimizerConfig.from(f, byDefault.optimizer),
            Schedule.from(f, byDefault.schedule),
            ObjectiveConfig.from(f, byDefault.objective),
            FineTuning.from(f, byDefault.fineTuning),
            IntervalConfig.from(f, byDefault.intervals),
            LongRun.from(f, byDefault.longRun),
            ComputeConfig.from(f, byDefault.compute),
            f.integer64("seed", byDefault.seed));
    f.refuseUnknown();
    return config;
  }

  /** What a step reads by default; states that grow with the text are not passed on. */
  private BatchConfig batchOf(ModelConfig other) {
    return other.maxSeqLen().isPresent() ? batch.with(batch.state().withPassing(0)) : batch;
  }

  /** A model's config keeps the tokenizer's name, not its path. */
  private static ModelConfig model(JsonFields f, ModelConfig byDefault) {
    ModelConfig model = ModelConfig.from(f, byDefault);
    return Tokenizers.isFile(model.tokenizer()) ? model.withTokenizer(TokenizerJson.NAME) : model;
  }

  /** The fields of a run's {@code run.json}. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    data.putInto(json);
    json.setAll(model.toJson());
    objective.putInto(json);
    if (!data.tokenizerFile().isEmpty()) {
      json.put("tokenizer", data.tokenizerFile());
    }
    batch.putInto(json);
    optimizer.putInto(json);
    schedule.putInto(json);
    json.put("seed", seed);
    compute.putInto(json);
    fineTuning.putInto(json);
    intervals.putInto(json);
    longRun.putInto(json);
    return json;
  }
}
