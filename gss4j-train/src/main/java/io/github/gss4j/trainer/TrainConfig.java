package io.github.gss4j.trainer;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.config.Checks;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.config.ModelConfig;
import io.github.gss4j.data.documents.DocumentOptions;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.optim.Decay;
import io.github.gss4j.optim.OptimizerConfig;
import io.github.gss4j.optim.Schedule;
import io.github.gss4j.tokenizer.TokenizerJson;
import io.github.gss4j.tokenizer.Tokenizers;
import java.util.Map;

/**
 * Everything that decides a training run: with the same one, the same text and the same threads,
 * two runs are the same to the bit.
 *
 * @param model {@code num_tokens, dim, depth, …}
 * @param optimizer {@code optimizer, lr, beta1, …}
 * @param objective {@code objective, teacher, …}
 * @param steps {@code steps}, optimizer steps of the whole run
 * @param batch {@code batch}, sequences of a micro-batch
 * @param accumulate {@code accumulate}, micro-batches of a step
 * @param sumGradients {@code accumulation: sum}; otherwise {@code mean}
 * @param seqLen {@code seq_len}, tokens of a sequence
 * @param warmup {@code warmup}, steps of rising learning rate
 * @param decay {@code schedule, final_lr, …}: how the learning rate comes down after that
 * @param seed {@code seed}, where all chance starts
 * @param dtype {@code dtype}: float32, bfloat16 or float64
 * @param device {@code device}: cpu, cuda, cuda:N
 * @param checkpointLayers {@code checkpoint_layers}: layers are computed again in the backward
 *     pass, which takes less memory and a third more time
 * @param carryState {@code carry_state}: the text is read in order, and each sequence goes on from
 *     the state that the one before left
 * @param fineTuning {@code start_from, freeze, …}: weights that were learned before
 * @param watch {@code eval_every, …}: what is done on the way
 * @param longRun {@code keep, max_bad_steps, …}: what makes a run safe to leave alone
 * @param data {@code data, glob, held_out, …}: the text
 */
public record TrainConfig(
    ModelConfig model,
    OptimizerConfig optimizer,
    ObjectiveConfig objective,
    long steps,
    int batch,
    int accumulate,
    boolean sumGradients,
    int seqLen,
    long warmup,
    Decay decay,
    long seed,
    String dtype,
    String device,
    boolean checkpointLayers,
    boolean carryState,
    FineTuning fineTuning,
    Watch watch,
    LongRun longRun,
    DataConfig data) {
  /** Ids of a micro-batch, which pass through a Java array. */
  private static final long MOST_IDS = 1 << 30;

  /**
   * What is done on the way.
   *
   * @param evalEvery {@code eval_every}, steps between quick evaluations; 0 evaluates at the end
   *     only
   * @param evalTokens {@code eval_tokens}, how much held-out text a quick evaluation takes
   * @param saveEvery {@code save_every}, steps between checkpoints; 0 saves at the end only
   * @param sampleEvery {@code sample_every}, steps between samples; 0 samples at the end only
   * @param prompt {@code prompt}, what samples start from
   */
  public record Watch(
      long evalEvery, long evalTokens, long saveEvery, long sampleEvery, String prompt) {
    /** Checks the ranges. */
    public Watch {
      Checks.that(evalEvery >= 0, "eval_every", evalEvery, "0 (at the end only) or more");
      Checks.that(evalTokens >= 1, "eval_tokens", evalTokens, "at least 1");
      Checks.that(saveEvery >= 0, "save_every", saveEvery, "0 (at the end only) or more");
      Checks.that(sampleEvery >= 0, "sample_every", sampleEvery, "0 (at the end only) or more");
      Checks.that(!prompt.isEmpty(), "prompt", "empty", "at least one character");
    }
  }

  /**
   * The text.
   *
   * @param data {@code data}: {@code java}, {@code enwik8}, or a file or directory
   * @param glob {@code glob}: which files of a directory or archive; empty for all that are text
   * @param heldOut {@code held_out}: the share of the text that is never trained on; 0 for the
   *     source's own
   * @param validation {@code validation}: files of documents that are held out instead of a share;
   *     empty for none
   * @param tokenizerFile {@code tokenizer}, where it is the path of a {@code tokenizer.json}; else
   *     empty, and the model's config names it
   * @param textField {@code text_field}: where documents have their text
   * @param stream {@code stream}: documents are read while the run goes on, and not encoded before
   * @param shuffleBuffer {@code shuffle_buffer}: documents that a stream is shuffled among
   * @param skipBroken {@code skip_broken}: what comes after a break in a file of documents is left
   *     out
   * @param zstdLong {@code zstd_long}: the largest window of a zstd file of documents, as a power
   *     of two of bytes
   */
  public record DataConfig(
      String data,
      String glob,
      double heldOut,
      String validation,
      String tokenizerFile,
      String textField,
      boolean stream,
      int shuffleBuffer,
      boolean skipBroken,
      int zstdLong) {
    /** Checks the ranges. */
    public DataConfig {
      Checks.that(heldOut >= 0 && heldOut < 1, "held_out", heldOut, "0 to below 1");
      Checks.that(
          heldOut == 0 || validation.isEmpty(),
          "held_out",
          heldOut,
          "nothing beside validation: one of the two is enough");
      Checks.that(!textField.isEmpty(), "text_field", "empty", "the name of a field");
      Checks.that(shuffleBuffer >= 1, "shuffle_buffer", shuffleBuffer, "at least 1");
      Checks.that(
          zstdLong >= DocumentOptions.USUAL_ZSTD_LONG && zstdLong <= DocumentOptions.MOST_ZSTD_LONG,
          "zstd_long",
          zstdLong,
          DocumentOptions.USUAL_ZSTD_LONG + " to " + DocumentOptions.MOST_ZSTD_LONG);
    }

    /** Text as it lies. */
    public DataConfig(String data, String glob, double heldOut) {
      this(
          data,
          glob,
          heldOut,
          "",
          "",
          "text",
          false,
          10_000,
          false,
          DocumentOptions.USUAL_ZSTD_LONG);
    }

    private static DataConfig from(JsonFields f, DataConfig d) {
      String tokenizer = f.text("tokenizer", d.tokenizerFile);
      return new DataConfig(
          f.text("data", d.data),
          f.text("glob", d.glob),
          f.number("held_out", d.heldOut),
          f.text("validation", d.validation),
          Tokenizers.isFile(tokenizer) ? tokenizer : "",
          f.text("text_field", d.textField),
          f.flag("stream", d.stream),
          f.integer("shuffle_buffer", d.shuffleBuffer),
          f.flag("skip_broken", d.skipBroken),
          f.integer("zstd_long", d.zstdLong));
    }

    private void addTo(ObjectNode json) {
      json.put("data", data).put("glob", glob).put("held_out", heldOut);
      json.put("validation", validation).put("text_field", textField).put("stream", stream);
      json.put("shuffle_buffer", shuffleBuffer).put("skip_broken", skipBroken);
      json.put("zstd_long", zstdLong);
    }
  }

  /** Checks the sizes. */
  public TrainConfig {
    Checks.that(steps >= 1, "steps", steps, "at least 1");
    Checks.that(batch >= 1, "batch", batch, "at least 1");
    Checks.that(accumulate >= 1, "accumulate", accumulate, "at least 1");
    Checks.that(seqLen >= 1, "seq_len", seqLen, "at least 1");
    Checks.that(
        batch * (seqLen + 1L) <= MOST_IDS,
        "batch × (seq_len + 1)",
        batch * (seqLen + 1L),
        "at most " + MOST_IDS);
    Precision.forTraining(dtype);
    new Schedule(optimizer.lr(), warmup, steps, decay);
  }

  /** The learning rate over the run. */
  public Schedule schedule() {
    return new Schedule(optimizer.lr(), warmup, steps, decay);
  }

  /** Tokens of one optimizer step. */
  public long tokensPerStep() {
    return (long) batch * accumulate * seqLen;
  }

  /**
   * Reads a run's configuration; a missing field has its default, an unknown one is an error.
   *
   * @param byDefault what holds where a field is missing
   */
  public static TrainConfig from(JsonFields f, TrainConfig byDefault) {
    Watch w = byDefault.watch;
    TrainConfig config =
        new TrainConfig(
            model(f, byDefault.model),
            OptimizerConfig.from(f, byDefault.optimizer),
            ObjectiveConfig.from(f, byDefault.objective),
            f.integer64("steps", byDefault.steps),
            f.integer("batch", byDefault.batch),
            f.integer("accumulate", byDefault.accumulate),
            Checks.oneOf(
                "accumulation",
                f.text("accumulation", byDefault.sumGradients ? "sum" : "mean"),
                Map.of("mean", false, "sum", true)),
            f.integer("seq_len", byDefault.seqLen),
            f.integer64("warmup", byDefault.warmup),
            Decay.from(f, byDefault.decay),
            f.integer64("seed", byDefault.seed),
            f.text("dtype", byDefault.dtype),
            f.text("device", byDefault.device),
            f.flag("checkpoint_layers", byDefault.checkpointLayers),
            f.flag("carry_state", byDefault.carryState),
            FineTuning.from(f, byDefault.fineTuning),
            new Watch(
                f.integer64("eval_every", w.evalEvery),
                f.integer64("eval_tokens", w.evalTokens),
                f.integer64("save_every", w.saveEvery),
                f.integer64("sample_every", w.sampleEvery),
                f.text("prompt", w.prompt)),
            LongRun.from(f, byDefault.longRun),
            DataConfig.from(f, byDefault.data));
    f.refuseUnknown();
    return config;
  }

  /** A model's config keeps the tokenizer's name, not its path. */
  private static ModelConfig model(JsonFields f, ModelConfig byDefault) {
    ModelConfig model = ModelConfig.from(f, byDefault);
    return Tokenizers.isFile(model.tokenizer()) ? model.withTokenizer(TokenizerJson.NAME) : model;
  }

  /** The fields as they stand in a run's {@code run.json}. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    data.addTo(json);
    json.setAll(model.toJson());
    objective.putInto(json);
    if (!data.tokenizerFile.isEmpty()) {
      json.put("tokenizer", data.tokenizerFile);
    }
    json.put("steps", steps).put("batch", batch).put("accumulate", accumulate);
    json.put("accumulation", sumGradients ? "sum" : "mean").put("seq_len", seqLen);
    optimizer.putInto(json);
    json.put("warmup", warmup);
    decay.putInto(json);
    json.put("seed", seed);
    json.put("dtype", dtype).put("device", device).put("checkpoint_layers", checkpointLayers);
    json.put("carry_state", carryState);
    fineTuning.putInto(json);
    json.put("eval_every", watch.evalEvery).put("eval_tokens", watch.evalTokens);
    json.put("save_every", watch.saveEvery).put("sample_every", watch.sampleEvery);
    json.put("prompt", watch.prompt);
    longRun.putInto(json);
    return json;
  }
}
