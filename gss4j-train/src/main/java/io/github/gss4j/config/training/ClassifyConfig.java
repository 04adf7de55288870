package io.github.gss4j.config.training;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.gss4j.config.Checks;
import io.github.gss4j.config.ClassifierConfig;
import io.github.gss4j.config.JsonFields;
import io.github.gss4j.layers.Precision;
import io.github.gss4j.optim.Decay;
import io.github.gss4j.optim.OptimizerConfig;
import io.github.gss4j.optim.Schedule;
import java.util.Optional;

/**
 * A classifier's training, as in a config file: the model's fields, and these.
 *
 * @param data {@code data}: a directory of Pathfinder or ListOps, or {@code pathfinder:32} for
 *     images that are drawn on the way
 * @param images {@code contour_length, curriculum, …} of images that are drawn on the way
 * @param objective {@code objective}: label, masked or label_and_path
 * @param startFrom {@code start_from}: a classifier whose weights are the first ones; none for
 *     weights that are drawn
 * @param model {@code num_tokens} or {@code input_dim}, {@code num_classes}, {@code dim}, …
 * @param optimizer {@code optimizer, lr, weight_decay, …}
 * @param stateSpaceLr {@code state_space_lr}: the peak rate of Λ and its step; 0 for lr
 * @param steps {@code steps}, optimizer steps
 * @param batch {@code batch}, sequences of a micro-batch
 * @param accumulate {@code accumulate}, micro-batches of a step
 * @param warmup {@code warmup}, steps of warm-up learning rate
 * @param decay {@code schedule, final_lr, …}
 * @param seed {@code seed}, the random seed
 * @param dtype {@code dtype}: float32, bfloat16 or float64
 * @param device {@code device}: cpu, cuda, cuda:N
 * @param checkpointLayers {@code checkpoint_layers}: less memory, more time
 * @param evalEvery {@code eval_every}, steps between looks at the validation part
 * @param evalExamples {@code eval_examples}, how many of it are looked at on the way; all at the
 *     end
 * @param longRun {@code keep, max_bad_steps, …}: what makes a run safe to leave alone
 */
public record ClassifyConfig(
    String data,
    Optional<DrawnImages> images,
    ClassifierObjective objective,
    String startFrom,
    ClassifierConfig model,
    OptimizerConfig optimizer,
    double stateSpaceLr,
    long steps,
    int batch,
    int accumulate,
    long warmup,
    Decay decay,
    long seed,
    String dtype,
    String device,
    boolean checkpointLayers,
    long evalEvery,
    int evalExamples,
    LongRun longRun) {
  private static final OptimizerConfig OPTIMIZER =
      new OptimizerConfig(OptimizerConfig.Kind.ADAMW, 1e-3, 0.9, 0.999, 1e-8, 0.05, false, 1);

  /** Checks the sizes. */
  public ClassifyConfig {
    Checks.that(stateSpaceLr >= 0, "state_space_lr", stateSpaceLr, "0 (as lr) or more");
    check(steps >= 1, "steps", steps);
    check(batch >= 1, "batch", batch);
    check(accumulate >= 1, "accumulate", accumulate);
    check(evalEvery >= 1, "eval_every", evalEvery);
    check(evalExamples >= 1, "eval_examples", evalExamples);
    Precision.forTraining(dtype);
  }

  private static void check(boolean holds, String name, long value) {
    Checks.that(holds, name, value, "at least 1");
  }

  /** The optimizer and its schedule. */
  public Recipe recipe() {
    return new Recipe(optimizer, new Schedule(steps, warmup, decay), longRun);
  }

  /** A checkpoint at every evaluation. */
  public IntervalConfig intervals() {
    return IntervalConfig.DEFAULT.withEvaluations(evalEvery, 1).withSaveEvery(evalEvery);
  }

  /** Reads a configuration; an unknown field is an error. */
  public static ClassifyConfig from(JsonFields f) {
    String data = f.text("data", "");
    ClassifyConfig config =
        new ClassifyConfig(
            data,
            DrawnImages.areAt(data) ? Optional.of(DrawnImages.from(f, data)) : Optional.empty(),
            Checks.oneOf(
                "objective",
                f.text("objective", ClassifierObjective.LABEL.toString()),
                ClassifierObjective.byName()),
            f.text("start_from", ""),
            ClassifierConfig.from(f),
            OptimizerConfig.from(f, OPTIMIZER),
            f.number("state_space_lr", 0),
            f.integer64("steps", 1000),
            f.integer("batch", 32),
            f.integer("accumulate", 1),
            f.integer64("warmup", 100),
            Decay.from(f, new Decay.Cosine(0)),
            f.integer64("seed", 1),
            f.text("dtype", "float32"),
            f.text("device", "cpu"),
            f.flag("checkpoint_layers", false),
            f.integer64("eval_every", 500),
            f.integer("eval_examples", 2000),
            LongRun.from(f, LongRun.DEFAULT));
    f.refuseUnknown();
    return config;
  }

  /** The fields of a run's {@code run.json}. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("data", data);
    images.ifPresent(drawn -> drawn.putInto(json));
    json.put("objective", objective.toString());
    if (!startFrom.isEmpty()) {
      json.put("start_from", startFrom);
    }
    json.setAll(model.toJson());
    optimizer.putInto(json);
    json.put("state_space_lr", stateSpaceLr).put("steps", steps).put("batch", batch);
    json.put("accumulate", accumulate).put("warmup", warmup);
    decay.putInto(json);
    json.put("seed", seed).put("dtype", dtype).put("device", device);
    json.put("checkpoint_layers", checkpointLayers).put("eval_every", evalEvery);
    json.put("eval_examples", evalExamples);
    longRun.putInto(json);
    return json;
  }
}
